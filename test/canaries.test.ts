import { inspect } from 'node:util'
import { createKith, type Storage } from '@kith/core'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'
import { expect, test } from 'vitest'

const origin = 'https://app.example'
const address = '203.0.113.77'
const canary = 'canary7f3a9c51d2e84b60'
const password = 'a password that is right'

/** Whatever a client can hide a secret in: in one that no route takes, and in those that some do. */
const bodies = [
  {
    login: canary,
    email: canary,
    phone: canary,
    password: canary,
    currentPassword: canary,
    newPassword: canary,
    refreshToken: canary,
  },
  { login: `${canary}@mail.example`, password: canary },
  { username: 'somebody', email: 'somebody@mail.example', password },
  { currentPassword: password, newPassword: canary },
  { email: `${canary}@mail.example`, currentPassword: canary },
  { refreshToken: canary },
]

function serve(wrap: (storage: Storage) => Storage) {
  const lines: string[] = []
  const log = (...args: unknown[]) => void lines.push(inspect(args, { depth: 8, showHidden: true }))
  const sound = createMemoryStorage()
  let storage: Storage = sound
  // The services keep the stores they got: the switch is inside.
  const switched = new Proxy(sound, {
    get: (_target, store: keyof Storage) =>
      new Proxy(sound[store], {
        get: (_store, verb) => (storage[store] as unknown as Record<PropertyKey, unknown>)[verb],
      }),
  })
  const kith = createKith({
    secret: 'uBq3kV8wLx1nZr5tYc7mPd2fGh9jKs4a',
    storage: switched,
    media: { blobs: createMemoryBlobs() },
    passwords: { memoryKiB: 8, iterations: 1 },
    logger: { warn: log, error: log },
  })
  const http = createKithHttp(kith, { allowedOrigins: [origin] })
  const send = (
    method: string,
    path: string,
    init: { headers: Record<string, string>; body: object | undefined },
  ) =>
    http.handle(
      new Request(`${origin}/api/v1${path}`, {
        method,
        headers: { origin, 'content-type': 'application/json', ...init.headers },
        body: init.body ? JSON.stringify(init.body) : null,
      }),
      { address },
    )
  return { kith, http, send, lines, spoil: () => (storage = wrap(sound)) }
}

/** Every verb of every store fails, in words that tell what it was given or nothing. */
function broken(telling: boolean): (storage: Storage) => Storage {
  const fail = (...given: unknown[]) => {
    throw new Error(`the storage is gone${telling ? `: ${inspect(given)}` : ''}`)
  }
  const store = new Proxy({}, { get: () => fail })
  return (storage) => new Proxy(storage, { get: () => store })
}

const forged = {
  authorization: `Bearer ${canary}.${canary}.${canary}`,
  cookie: `__Host-kith-access=${canary}; __Host-kith-refresh=${canary}; kith-access=${canary}`,
}

/** Calls every route as everybody there is, and returns where a secret came out, and which statuses there were. */
async function callEverything(
  wrap: (storage: Storage) => Storage,
): Promise<{ leaks: string[]; statuses: Set<number> }> {
  const { kith, http, send, lines, spoil } = serve(wrap)
  const leaks: string[] = []
  const statuses = new Set<number>()
  const register = (_route: unknown, index: number) =>
    kith.accounts.register({ username: `ana_${index}`, password })
  const signIns = await Promise.all(http.routes.map(register))
  const secrets = [
    canary,
    password,
    ...signIns.flatMap(({ tokens }) => [tokens.accessToken, tokens.refreshToken]),
  ]
  spoil()
  for (const { method, path } of http.routes) {
    const { accessToken, refreshToken } = signIns.pop()?.tokens ?? { accessToken: '', refreshToken: '' }
    const cookie = `__Host-kith-access=${accessToken}; __Host-kith-refresh=${refreshToken}`
    const bearer = { authorization: `Bearer ${accessToken}` }
    for (const headers of [forged, { authorization: forged.authorization }, bearer, { cookie }, {}]) {
      const where = `${path.replaceAll(/:\w+/g, 'nobody')}?token=${canary}`
      for (const body of method === 'GET' ? [undefined] : bodies) {
        const answer = await send(method, where, { headers, body })
        statuses.add(answer.status)
        answer.headers.delete('set-cookie')
        const told = `${await answer.text()} ${JSON.stringify([...answer.headers])}`
        if (secrets.some((secret) => told.includes(secret))) leaks.push(`${method} ${path} answers ${told}`)
      }
    }
  }
  for (const line of lines) {
    if ([...secrets, address].some((secret) => line.includes(secret))) leaks.push(`the log has ${line}`)
  }
  return { leaks, statuses }
}

test('no route puts what a client keeps secret into an answer or the log', async () => {
  const { leaks, statuses } = await callEverything((storage) => storage)
  expect(leaks).toEqual([])
  expect([...statuses]).toEqual(expect.arrayContaining([200, 401, 404, 422]))
})

test('nor does it where the storage fails', async () => {
  const { leaks, statuses } = await callEverything(broken(false))
  expect(leaks).toEqual([])
  expect([...statuses]).toEqual(expect.arrayContaining([401, 422, 500]))
})

test('a storage whose errors tell what it was given would be noticed', async () => {
  expect((await callEverything(broken(true))).leaks.length).toBeGreaterThan(0)
})
