import { createKith, type KithOptions } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createKithHttp } from './create-kith-http.ts'

const origin = 'https://app.example'
const login = { login: 'anna', password: 'correct horse battery' }

/** Anna, signed in once, and a browser that signs in. */
async function open(options: Partial<KithOptions> = {}) {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: { memoryKiB: 8, iterations: 1 },
    logger: { warn() {}, error() {} },
    ...options,
  })
  const { user, session, tokens } = await kith.accounts.register({
    username: 'anna',
    password: login.password,
  })
  const { handle } = createKithHttp(kith, { allowedOrigins: [origin] })
  async function signIn(headers: Record<string, string>, more: object = {}) {
    const response = await handle(
      new Request(`${origin}/api/v1/users/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, ...headers },
        body: JSON.stringify({ ...login, ...more }),
      }),
    )
    const body = (await response.json()) as { code?: string; errors?: { path: string; code: string }[] }
    return { status: response.status, body, setCookies: response.headers.getSetCookie() }
  }
  const live = async (): Promise<string[]> => (await kith.sessions.list(user.id)).items.map(({ id }) => id)
  return { kith, before: session.id, tokens, live, signIn }
}

test('a sign-in ends the session of the cookies it is sent with, even if only the refresh cookie is left', async () => {
  for (const names of [['access', 'refresh'], ['refresh'], ['access']] as const) {
    const { tokens, before, live, signIn } = await open()
    const values = { access: tokens.accessToken, refresh: tokens.refreshToken }
    const cookie = names.map((name) => `__Host-kith-${name}=${values[name]}`).join('; ')
    expect((await signIn({ cookie })).status).toBe(200)
    expect(await live(), names.join()).toHaveLength(1)
    expect(await live()).not.toContain(before)
  }
})

test('a sign-in ends the session of the bearer token it is sent with, and no other', async () => {
  const { kith, tokens, before, live, signIn } = await open()
  const other = await kith.sessions.login(login)
  expect((await signIn({ authorization: `Bearer ${tokens.accessToken}` })).status).toBe(200)
  expect(await live()).toContain(other.session.id)
  expect(await live()).not.toContain(before)
  expect((await signIn({})).status).toBe(200)
  expect(await live()).toContain(other.session.id)
})

test('invalid tokens do not prevent a sign-in, and an unavailable denylist is reported', async () => {
  let isAway = false
  const revocations = {
    revoke: async () => (isAway ? Promise.reject(new Error('away')) : undefined),
    isRevoked: () => false,
  }
  const { tokens, signIn } = await open({ revocations })
  for (const token of ['junk', tokens.refreshToken])
    expect((await signIn({ authorization: `Bearer ${token}` })).status).toBe(200)
  isAway = true
  expect((await signIn({ authorization: `Bearer ${tokens.accessToken}` })).status).toBe(500)
})

test('any page may request tokens in the response, since browsers do not send those automatically; only allowed pages may request cookies', async () => {
  const { tokens, signIn } = await open()
  const foreign = { origin: 'https://elsewhere.example' }
  expect(await signIn(foreign, { transport: 'bearer' })).toMatchObject({ status: 200, setCookies: [] })
  expect(await signIn(foreign)).toMatchObject({ status: 403, body: { code: 'origin-not-allowed' } })
  const cookie = `__Host-kith-refresh=${tokens.refreshToken}`
  const { setCookies } = await signIn({ cookie }, { transport: 'bearer' })
  expect(setCookies.map((each) => each.split(';')[0])).toEqual([
    '__Host-kith-access=',
    '__Host-kith-refresh=',
  ])
})

test('an invalid transport is reported together with other invalid input, and counts as a call', async () => {
  const { signIn } = await open({ limits: { loginByAddress: [{ limit: 2, window: '1m' }] } })
  for (const password of ['', login.password]) {
    const { status, body } = await signIn({}, { transport: 'pigeon', password })
    expect([status, body.code]).toEqual([422, 'invalid-input'])
    const wrong = body.errors?.map(({ path, code }) => `${path}: ${code}`)
    // And not as an unknown field, as the service alone would report it.
    const transport = 'transport: malformed'
    expect(wrong).toEqual(password === '' ? ['password: too-short', transport] : [transport])
  }
  expect(await signIn({}, { transport: 'pigeon' })).toMatchObject({
    status: 429,
    body: { code: 'rate-limited' },
  })
})
