import { describe, expect, test } from 'vitest'
import { createDeviceKey } from '../../test/device-key.ts'
import { codeOf, createInstance, type Instance } from '../../test/instance.ts'
import type { KithOptions } from '../options.ts'
import type { SignIn } from '../sessions/session.ts'
import type { Viewer } from '../viewer.ts'
import type { BoundRefresh } from './bound-sessions.ts'

const password = 'correct horse'
const deviceBound = { sessions: { deviceBound: true } } as const

interface SignedIn extends Instance {
  viewer: Viewer & { sessionId: string }
  signIn: SignIn
  challenge: string
}

async function signedIn(options: Partial<KithOptions> = deviceBound): Promise<SignedIn> {
  const instance = createInstance(options)
  const signIn = await instance.kith.accounts.register({ username: 'ana', password })
  const viewer = { userId: signIn.user.id, sessionId: signIn.session.id }
  return { ...instance, signIn, viewer, challenge: instance.kith.boundSessions.offer(viewer.sessionId) ?? '' }
}

/** An account with a bound session, and the challenge for its next refresh. */
async function bound(options?: Partial<KithOptions>) {
  const made = await signedIn(options)
  const key = createDeviceKey()
  const { challenge } = await made.kith.boundSessions.bind(made.viewer, key.registration(made.challenge))
  const { boundSessions } = made.kith
  const tokenOf = new Map([[made.viewer.sessionId, made.signIn.tokens.refreshToken]])
  const refresh = (proof: string | null, sessionId = made.viewer.sessionId): Promise<BoundRefresh> =>
    boundSessions.refresh({ sessionId, refreshToken: tokenOf.get(sessionId) ?? '', proof })
  return { ...made, key, challenge, refresh, tokenOf }
}

describe('binding', () => {
  test.each(['ES256', 'RS256'] as const)(
    'stores the public half of a %s key and nothing else',
    async (algorithm) => {
      const { kith, viewer, challenge, options } = await signedIn()
      const key = createDeviceKey(algorithm)
      const events: unknown[] = []
      kith.events.on('session.bound', (event) => void events.push(event))
      const jwk = { ...key.jwk, kid: 'a name', use: 'sig', d: 'left out' }
      const { session } = await kith.boundSessions.bind(
        viewer,
        key.registration(challenge, { header: { jwk } }),
      )
      expect(session.id).toBe(viewer.sessionId)
      const stored = await options.storage.sessions.byId(viewer.sessionId)
      expect(JSON.parse(stored?.boundKey ?? '')).toEqual({ alg: algorithm, ...key.jwk })
      expect(events).toMatchObject([{ sessionId: viewer.sessionId }])
      expect((await kith.sessions.list(viewer)).items).toMatchObject([{ bound: true, current: true }])
      expect(await kith.boundSessions.current(viewer)).toEqual(session)
    },
  )

  test('happens once: the same key again changes nothing, and another one is refused', async () => {
    const { kith, viewer, key, options } = await bound()
    const events: unknown[] = []
    kith.events.on('session.bound', (event) => void events.push(event))
    const challenge = kith.boundSessions.offer(viewer.sessionId) ?? ''
    expect((await kith.boundSessions.bind(viewer, key.registration(challenge))).session.id).toBe(
      viewer.sessionId,
    )
    const other = createDeviceKey().registration(challenge)
    expect(await codeOf(kith.boundSessions.bind(viewer, other))).toBe('session-bound')
    const stored = await options.storage.sessions.byId(viewer.sessionId)
    expect(JSON.parse(stored?.boundKey ?? '')).toMatchObject(key.jwk)
    expect(events).toEqual([])
  })

  test('registers one of 20 concurrent keys', async () => {
    const { kith, viewer, challenge } = await signedIn()
    const codes = await Promise.all(
      Array.from({ length: 20 }, () =>
        kith.boundSessions
          .bind(viewer, createDeviceKey().registration(challenge))
          .then(() => 'bound', codeIn),
      ),
    )
    expect(codes.sort()).toEqual(['bound', ...Array<string>(19).fill('session-bound')])
  })

  test('is offered for two minutes, to sessions that are not bound', async () => {
    const { kith, viewer, challenge, advance } = await signedIn()
    expect(await kith.boundSessions.offerTo(kith.viewerOf(viewer.userId))).toBe(null)
    advance(119)
    const later = await kith.boundSessions.offerTo(viewer)
    advance(1)
    expect(await kith.boundSessions.offerTo(viewer)).toBe(null)
    for (const each of [challenge, later])
      expect(await codeOf(kith.boundSessions.bind(viewer, createDeviceKey().registration(each)))).toBe(
        'device-proof-invalid',
      )
    const other = await bound()
    expect(await other.kith.boundSessions.offerTo(other.viewer)).toBe(null)
    expect(await other.kith.boundSessions.current(kith.viewerOf(other.viewer.userId))).toBe(null)
  })

  test('needs a registration challenge of this session', async () => {
    const { kith, viewer, refresh } = await bound()
    const [ana, ben] = await Promise.all(
      ['ana2', 'ben'].map((username) => kith.accounts.register({ username, password })),
    )
    const viewerOfAna = { userId: ana?.user.id ?? '', sessionId: ana?.session.id ?? '' }
    const key = createDeviceKey()
    for (const challenge of [
      kith.boundSessions.offer(ben?.session.id ?? ''),
      kith.boundSessions.offer(viewer.sessionId),
      (await refresh(null)).challenge,
      'nothing',
      '',
    ])
      expect(await codeOf(kith.boundSessions.bind(viewerOfAna, key.registration(challenge)))).toBe(
        'device-proof-invalid',
      )
    expect(await kith.boundSessions.current(viewerOfAna)).toBe(null)
  })

  test('is refused if the option is off, for a viewer without a session, and for a session that has ended', async () => {
    const off = await signedIn({})
    expect(off.kith.boundSessions.offer(off.viewer.sessionId)).toBe(null)
    expect(await off.kith.boundSessions.offerTo(off.viewer)).toBe(null)
    const proof = createDeviceKey().registration('any')
    expect(await codeOf(off.kith.boundSessions.bind(off.viewer, proof))).toBe('not-configured')
    const { kith, viewer, challenge } = await signedIn()
    expect(await codeOf(kith.boundSessions.bind(kith.viewerOf(viewer.userId), proof))).toBe('not-configured')
    await kith.sessions.logout(viewer)
    const late = createDeviceKey().registration(challenge)
    expect(await codeOf(kith.boundSessions.bind(viewer, late))).toBe('session-revoked')
  })

  test.each<[string, (key: ReturnType<typeof createDeviceKey>, challenge: string) => string]>([
    ['no algorithm', (_key, challenge) => unsigned({ typ: 'dbsc+jwt', alg: 'none' }, challenge)],
    [
      'no algorithm, and a key',
      (key, challenge) => unsigned({ typ: 'dbsc+jwt', alg: 'none', jwk: key.jwk }, challenge),
    ],
    ['an HMAC', (key, challenge) => key.registration(challenge, { header: { alg: 'HS256' } })],
    [
      'the algorithm of another key',
      (key, challenge) => key.registration(challenge, { header: { alg: 'RS256' } }),
    ],
    ['another type', (key, challenge) => key.registration(challenge, { header: { typ: 'JWT' } })],
    ['no type', (key, challenge) => key.registration(challenge, { header: { typ: undefined } })],
    ['no key', (key, challenge) => key.registration(challenge, { header: { jwk: undefined } })],
    [
      'the key of another device',
      (key, challenge) => key.registration(challenge, { header: { jwk: createDeviceKey().jwk } }),
    ],
    [
      'a point that is not on the curve',
      (key, challenge) => key.registration(challenge, { header: { jwk: { ...key.jwk, x: key.jwk['y'] } } }),
    ],
    [
      'a curve that was not offered',
      (key, challenge) => key.registration(challenge, { header: { jwk: { ...key.jwk, crv: 'P-384' } } }),
    ],
    [
      'a symmetric key',
      (key, challenge) => key.registration(challenge, { header: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } }),
    ],
    [
      'a critical extension',
      (key, challenge) => key.registration(challenge, { header: { crit: ['b64'], b64: true } }),
    ],
    ['no challenge', (key) => key.registration(null)],
    ['a key of 1024 bits', (_key, challenge) => createDeviceKey('RS256', 1024).registration(challenge)],
    ['another spelling', (key, challenge) => `${key.registration(challenge)}=`],
    [
      'more than a proof needs',
      (key, challenge) => key.registration(challenge, { payload: { x: 'x'.repeat(4096) } }),
    ],
  ])('is refused for a proof with %s', async (_, proofOf) => {
    const { kith, viewer, challenge } = await signedIn()
    const proof = proofOf(createDeviceKey(), challenge)
    expect(await codeOf(kith.boundSessions.bind(viewer, proof))).toBe('device-proof-invalid')
    expect(await kith.boundSessions.current(viewer)).toBe(null)
    // The same account, immediately afterwards: the challenge is still valid.
    await kith.boundSessions.bind(viewer, createDeviceKey().registration(challenge))
  })
})

describe('refreshing with the key', () => {
  test('works for the lifetime of the session, with each challenge valid for one refresh', async () => {
    const { kith, key, refresh, advance, viewer, options, ...made } = await bound()
    let { challenge } = made
    const times: unknown[] = []
    kith.events.on('session.refreshed', (event) => void times.push(event.sessionId))
    for (let generation = 1; generation <= 3; generation++) {
      advance(900)
      const proof = key.refresh(challenge)
      const { refreshed, challenge: next } = await refresh(proof)
      expect(refreshed).toMatchObject({ userId: viewer.userId, session: { id: viewer.sessionId } })
      expect(await kith.sessions.authenticate(refreshed?.tokens.accessToken ?? '')).toMatchObject(viewer)
      expect((await options.storage.sessions.byId(viewer.sessionId))?.generation).toBe(generation)
      expect((await refresh(proof)).refreshed, 'replayed').toBe(null)
      challenge = next
    }
    expect(times).toHaveLength(3)
    advance(90 * 86_400)
    expect(await codeOf(refresh(key.refresh(challenge)))).toBe('refresh-token-expired')
  })

  test('of 20 concurrent refreshes with one proof, one gets tokens and the others a new challenge', async () => {
    const { key, refresh, challenge, options, viewer } = await bound()
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(key.refresh(challenge))))
    expect(answers.filter(({ refreshed }) => refreshed !== null)).toHaveLength(1)
    expect((await options.storage.sessions.byId(viewer.sessionId))?.generation).toBe(1)
    const [loser] = answers.filter(({ refreshed }) => refreshed === null)
    expect((await refresh(key.refresh(loser?.challenge ?? ''))).refreshed).not.toBe(null)
  })

  test('asks for a proof if it is missing, or if its challenge has expired or belongs to an earlier generation', async () => {
    const { kith, key, refresh, challenge, viewer, advance } = await bound()
    const asked = await refresh(null)
    expect(asked.refreshed).toBe(null)
    await kith.sessions.prove(viewer, { password })
    for (const each of [challenge, asked.challenge])
      expect((await refresh(key.refresh(each))).refreshed, 'of the generation before').toBe(null)
    const { challenge: late } = await refresh(null)
    advance(900 + 300)
    expect((await refresh(key.refresh(late))).refreshed, 'expired').toBe(null)
    expect((await refresh(key.refresh((await refresh(null)).challenge))).refreshed).not.toBe(null)
  })

  test('is refused for a proof that the bound key has not signed', async () => {
    const { key, refresh, challenge, options, viewer } = await bound()
    const thief = createDeviceKey()
    for (const proof of [
      thief.refresh(challenge),
      thief.refresh(challenge, { header: { jwk: thief.jwk } }),
      key.refresh(challenge, { header: { jwk: key.jwk } }),
      key.refresh(challenge, { signer: thief.privateKey }),
      key.refresh(challenge, { header: { typ: 'JWT' } }),
      key.refresh(challenge, { header: { alg: 'none' } }),
      createDeviceKey('RS256').refresh(challenge),
      unsigned({ typ: 'dbsc+jwt', alg: 'none' }, challenge),
    ])
      expect(await codeOf(refresh(proof))).toBe('device-proof-invalid')
    expect((await options.storage.sessions.byId(viewer.sessionId))?.generation).toBe(0)
    expect((await refresh(key.refresh(challenge))).refreshed).not.toBe(null)
  })

  test('is refused for another session, even of the same account', async () => {
    const { kith, key, refresh, challenge, viewer, tokenOf } = await bound()
    const second = await kith.sessions.login({ login: 'ana', password })
    tokenOf.set(second.session.id, second.tokens.refreshToken)
    const other = { userId: viewer.userId, sessionId: second.session.id }
    expect(await codeOf(refresh(key.refresh(challenge), other.sessionId))).toBe('session-revoked')
    const otherKey = createDeviceKey()
    const offered = kith.boundSessions.offer(other.sessionId)
    const { challenge: ofOther } = await kith.boundSessions.bind(other, otherKey.registration(offered))
    expect((await refresh(otherKey.refresh(challenge), other.sessionId)).refreshed, 'its challenge').toBe(
      null,
    )
    expect(await codeOf(refresh(key.refresh(challenge), other.sessionId))).toBe('device-proof-invalid')
    expect((await refresh(key.refresh(ofOther))).refreshed, 'the challenge of the other').toBe(null)
    expect(await codeOf(refresh(key.refresh(ofOther), other.sessionId))).toBe('device-proof-invalid')
    expect(await codeOf(refresh(key.refresh(challenge), 'unknown'))).toBe('refresh-token-invalid')
  })

  test('also needs a refresh token of the session, of any generation', async () => {
    const { kith, key, challenge, viewer, signIn, advance } = await bound()
    const second = await kith.sessions.login({ login: 'ana', password })
    const { sessionId } = viewer
    const by = (refreshToken: string, signed: string): Promise<BoundRefresh> =>
      kith.boundSessions.refresh({ sessionId, refreshToken, proof: key.refresh(signed) })
    for (const token of ['', signIn.tokens.accessToken, second.tokens.refreshToken])
      expect(await codeOf(by(token, challenge))).toBe('refresh-token-invalid')
    const { challenge: next } = await by(signIn.tokens.refreshToken, challenge)
    advance(86_400)
    const asked = await by(signIn.tokens.refreshToken, next)
    expect(asked.refreshed, 'its challenge has expired').toBe(null)
    expect((await by(signIn.tokens.refreshToken, asked.challenge)).refreshed).not.toBe(null)
    advance(40 * 86_400)
    expect(await codeOf(by(signIn.tokens.refreshToken, asked.challenge))).toBe('refresh-token-expired')
  })

  test('still works after the option is turned off', async () => {
    const { key, challenge, viewer, signIn, options } = await bound()
    const { kith } = createInstance({ ...options, sessions: {} })
    const { refreshToken } = signIn.tokens
    const proof = key.refresh(challenge)
    const { refreshed } = await kith.boundSessions.refresh({ ...viewer, refreshToken, proof })
    expect(refreshed).not.toBe(null)
    expect(await codeOf(kith.sessions.refresh(refreshToken))).toBe('device-proof-required')
  })

  test('ends with the session, and with a ban', async () => {
    for (const end of ['logout', 'endAll', 'ban'] as const) {
      const { kith, key, refresh, challenge, viewer } = await bound()
      if (end === 'logout') await kith.sessions.logout(viewer)
      else if (end === 'endAll') await kith.sessions.endAll(viewer.userId)
      else await kith.accounts.ban(viewer.userId)
      for (const proof of [key.refresh(challenge), null])
        expect(await codeOf(refresh(proof)), end).toBe('session-revoked')
    }
  })

  test('is rate-limited by session, separately from refreshes with cookies', async () => {
    const limits = {
      refreshBySession: [{ limit: 3, window: '1m' }],
      boundRefreshBySession: [{ limit: 3, window: '1m' }],
    } as const
    const { kith, key, refresh, signIn, ...made } = await bound({ ...deviceBound, limits })
    for (let tries = 0; tries < 3; tries++) await codeOf(kith.sessions.refresh(signIn.tokens.refreshToken))
    expect(await codeOf(kith.sessions.refresh(signIn.tokens.refreshToken))).toBe('rate-limited')
    let { challenge } = made
    for (let tries = 0; tries < 3; tries++) ({ challenge } = await refresh(key.refresh(challenge)))
    expect(await codeOf(refresh(key.refresh(challenge)))).toBe('rate-limited')
  })
})

describe('the cookies of a bound session without its key', () => {
  test('renew nothing, even within the grace, and end nothing', async () => {
    const { kith, signIn, key, refresh, challenge, advance } = await bound()
    const { refreshToken } = signIn.tokens
    const alarms: unknown[] = []
    kith.events.on('session.reuse-detected', () => void alarms.push('reuse'))
    expect(await codeOf(kith.sessions.refresh(refreshToken))).toBe('device-proof-required')
    const { refreshed, challenge: next } = await refresh(key.refresh(challenge))
    for (const token of [refreshToken, refreshed?.tokens.refreshToken ?? ''])
      expect(await codeOf(kith.sessions.refresh(token))).toBe('device-proof-required')
    advance(60)
    expect(await codeOf(kith.sessions.refresh(refreshToken))).toBe('device-proof-required')
    expect(alarms).toEqual([])
    expect((await refresh(key.refresh(next))).refreshed).not.toBe(null)
  })

  test('with a refresh before the binding, the previous token gets nothing within the grace', async () => {
    const { kith, viewer, signIn, challenge } = await signedIn()
    await kith.sessions.refresh(signIn.tokens.refreshToken)
    await kith.boundSessions.bind(viewer, createDeviceKey().registration(challenge))
    expect(await codeOf(kith.sessions.refresh(signIn.tokens.refreshToken))).toBe('device-proof-required')
  })

  test('prove the owner together with the password, and get no tokens', async () => {
    const { kith, viewer, advance } = await bound()
    advance(601)
    expect(await codeOf(kith.sessions.requireFresh(viewer))).toBe('proof-required')
    const { session, tokens } = await kith.sessions.prove(viewer, { password })
    expect([session.id, tokens]).toEqual([viewer.sessionId, null])
    await kith.sessions.requireFresh(viewer)
  })

  test('do not outlast a new password, which opens another session that can be bound', async () => {
    const { kith, viewer, key, refresh, challenge } = await bound()
    const { session } = await kith.accounts.changePassword(viewer, {
      currentPassword: password,
      newPassword: 'another horse',
    })
    expect(await codeOf(refresh(key.refresh(challenge)))).toBe('session-revoked')
    const next = { userId: viewer.userId, sessionId: session.id }
    expect(await kith.boundSessions.current(next)).toBe(null)
    await kith.boundSessions.bind(next, key.registration(await kith.boundSessions.offerTo(next)))
  })
})

test('after a rotation of the secret, challenges from before are still accepted', async () => {
  const { key, challenge, viewer, signIn, options } = await bound()
  const secret = { current: 'a newer secret of 32 characters, or more', previous: [options.secret as string] }
  const rotated = createInstance({ ...options, secret })
  const { refreshed } = await rotated.kith.boundSessions.refresh({
    ...viewer,
    refreshToken: signIn.tokens.refreshToken,
    proof: key.refresh(challenge),
  })
  expect(refreshed).not.toBe(null)
})

function unsigned(header: object, challenge: string): string {
  return `${[header, { jti: challenge }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
}

function codeIn(error: unknown): unknown {
  return (error as { code?: unknown }).code
}
