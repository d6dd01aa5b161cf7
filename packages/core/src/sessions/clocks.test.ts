import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'
import { createKith } from '../create-kith.ts'
import type { Kith } from '../kith.ts'
import { createMemoryRevocations } from '../memory/memory-revocations.ts'
import type { SignIn } from './session.ts'

const [hour, day] = [3_600, 86_400]

afterEach(() => vi.restoreAllMocks())

/** The monotonic time that every process uses, and a wall clock that can be set. */
function useTime() {
  let [lived, wall] = [0, Date.parse('2026-01-01T12:00:00Z')]
  vi.spyOn(performance, 'now').mockImplementation(() => lived)
  return {
    lived: () => lived / 1000,
    clock: () => new Date(wall),
    pass(seconds: number) {
      lived += seconds * 1000
      wall += seconds * 1000
    },
    set: (seconds: number) => void (wall += seconds * 1000),
  }
}

/** Two processes that share a storage and a denylist. */
async function twoProcesses() {
  const time = useTime()
  const revocations = createMemoryRevocations(time.clock)
  const limits = { refreshBySession: [], refreshByAddress: [] }
  const { kith, options } = createInstance({ clock: time.clock, revocations, limits })
  const other = createKith(options)
  const signIn = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  return { ...time, kith, other, signIn, options }
}

const refreshOf = ({ sessions }: Kith, { tokens }: SignIn) => sessions.refresh(tokens.refreshToken)

test('the grace does not open again when a clock that was set back passes the rotation a second time', async () => {
  for (const by of ['kith', 'other'] as const) {
    const { pass, set, signIn, ...processes } = await twoProcesses()
    pass(hour)
    await refreshOf(processes.kith, signIn)
    pass(2 * hour)
    // No process had a request meanwhile; the one that did not rotate has one shortly before its clock reaches that time again.
    set(-3 * hour)
    pass(hour - 60)
    await processes.other.sessions.logoutByRefreshToken(signIn.tokens.refreshToken.slice(1))
    pass(65)
    expect(await codeOf(refreshOf(processes[by], signIn)), by).toBe('refresh-token-reused')
  }
})

test('a step back within the grace does not extend it in the process that rotated, and ends no legitimate session', async () => {
  const { kith, pass, set, signIn } = await twoProcesses()
  await refreshOf(kith, signIn)
  set(-hour)
  pass(10)
  expect(await codeOf(refreshOf(kith, signIn))).toBe('no error')
  pass(0.001)
  expect(await codeOf(refreshOf(kith, signIn))).toBe('refresh-token-reused')
})

test('a jump days ahead and back closes no grace at a time that was not lived before, in either process', async () => {
  const { kith, other, pass, set, signIn } = await twoProcesses()
  set(2 * day)
  for (const each of [kith, other])
    await each.sessions.authenticate(signIn.tokens.accessToken).catch(() => {})
  pass(60)
  set(-2 * day)
  for (const each of [kith, other]) await each.sessions.authenticate(signIn.tokens.accessToken)
  pass(60)
  await refreshOf(kith, signIn)
  pass(5)
  expect(await codeOf(refreshOf(other, signIn))).toBe('no error')
})

test('a refresh that waits for the storage gets the successor that another process makes meanwhile', async () => {
  const { options, other, pass, signIn } = await twoProcesses()
  const { sessions } = options.storage
  let meanwhile = async (): Promise<void> => {}
  const rotate: typeof sessions.rotate = async (rotation) => {
    await meanwhile()
    return await sessions.rotate(rotation)
  }
  const slow = createKith({ ...options, storage: { ...options.storage, sessions: { ...sessions, rotate } } })
  let tokens: unknown
  meanwhile = async () => {
    pass(4)
    tokens = (await refreshOf(other, signIn)).tokens.refreshToken
  }
  expect((await refreshOf(slow, signIn)).tokens.refreshToken).toBe(tokens)
})

test('a known access token of an ended session is refused, however far back the clock is set', async () => {
  const { kith, other, pass, set, signIn, options } = await twoProcesses()
  const { accessToken } = signIn.tokens
  // Like an external denylist, which uses real elapsed time, whatever the clock says.
  const denied = new Map<string, number>()
  const revocations = {
    async revoke(ids: readonly string[], until: Date) {
      const left = until.getTime() - options.clock!().getTime()
      for (const id of ids) denied.set(id, performance.now() + left)
    },
    isRevoked: (id: string) => (denied.get(id) ?? 0) > performance.now(),
  }
  const [one, two] = [createKith({ ...options, revocations }), createKith({ ...options, revocations })]
  await two.sessions.authenticate(accessToken)
  set(-2 * day)
  await one.sessions.logoutByAccessToken(accessToken)
  for (const minutes of [0, 10, 6, 60]) {
    pass(minutes * 60)
    for (const each of [one, two, kith, other])
      expect(await codeOf(each.sessions.authenticate(accessToken))).toBe('session-revoked')
  }
})

type Act =
  | { kind: 'pass' | 'set'; seconds: number }
  | { kind: 'refresh'; process: number; token: number }
  | { kind: 'authenticate'; process: number }
  | { kind: 'logout'; process: number }
  /** Time passes until the wall clock is five seconds after the last rotation, if it is before that. */
  | { kind: 'return' }

const process = fc.nat({ max: 1 })
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass'),
      seconds: fc.constantFrom(1, 4, 9, 11, 120, hour, 2 * day),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('set'),
      seconds: fc.constantFrom(-2 * day, -hour, -130, -11, -1, 1, 11, 130, hour, 2 * day),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('refresh'), process, token: fc.nat({ max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('authenticate'), process }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('logout'), process }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'return' }) },
) as fc.Arbitrary<Act>

// Invariants that hold whatever the clock does:
// 1. No token that is two generations old, or of an ended session, works: neither an access token nor a refresh token.
// 2. The token before the current one works only within the grace, in real time; at most two seconds longer in a process
//    that did not rotate itself and saw a smaller clock correction.
// 3. The current token of a live session never ends it: it works, or the session or the token has expired by the clock.
// 4. The process that rotated grants the grace if the clock was not set since; the other one, if it was never set.
test('clock changes in both directions between rotations revive no token', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
      const { kith, other, signIn, pass, set, lived, clock } = await twoProcesses()
      const processes = [kith, other]
      const chain = [signIn]
      let [ended, rotatedAt, rotatedBy] = [false, lived(), -1]
      let [setSince, everSet, rotatedWall] = [false, false, clock().getTime()]
      for (const step of acts) {
        const current = chain.at(-1) ?? signIn
        if (step.kind === 'pass') pass(step.seconds)
        if (step.kind === 'return') pass(Math.max(0, (rotatedWall + 5_000 - clock().getTime()) / 1000))
        if (step.kind === 'set') {
          set(step.seconds)
          setSince = everSet = true
        }
        // A server has requests all the time.
        for (const each of processes)
          await each.sessions.authenticate(current.tokens.accessToken).catch(() => {})
        if (step.kind === 'authenticate') {
          const code = await codeOf(
            (processes[step.process] ?? kith).sessions.authenticate(current.tokens.accessToken),
          )
          if (ended) expect(code).not.toBe('no error')
          else expect(['no error', 'access-token-expired']).toContain(code)
        }
        if (step.kind === 'logout') {
          await (processes[step.process] ?? kith).sessions.logoutByRefreshToken(current.tokens.refreshToken)
          // An expired token ends nothing; it may become valid again when the clock is set back.
          const rows = await kith.storage.sessions.byId(signIn.session.id)
          ended ||= rows?.revokedAt !== null
        }
        if (step.kind === 'refresh') {
          const token = chain.at(-1 - step.token)
          if (!token) continue
          const result = await refreshOf(processes[step.process] ?? kith, token).catch(
            (error: unknown) => error,
          )
          const code = result instanceof Error ? (result as { code?: string }).code : 'no error'
          if (ended) expect(code).not.toBe('no error')
          else if (step.token === 0)
            expect(['no error', 'refresh-token-expired', 'session-revoked']).toContain(code)
          else if (step.token === 2) expect(code).not.toBe('no error')
          else if (code === 'no error') expect(lived() - rotatedAt).toBeLessThanOrEqual(12)
          else if (step.process === rotatedBy ? !setSince : !everSet)
            expect(lived() - rotatedAt).toBeGreaterThan(10)
          if (code === 'no error' && step.token === 0) {
            chain.push(result as SignIn)
            ;[rotatedAt, rotatedBy, setSince] = [lived(), step.process, false]
            rotatedWall = clock().getTime()
          }
          if (code === 'refresh-token-reused') ended = true
          if (code === 'session-revoked' && !ended) {
            const row = await kith.storage.sessions.byId(signIn.session.id)
            expect(row && row.expiresAt <= kith.config.clock()).toBe(true)
          }
        }
      }
      vi.restoreAllMocks()
    }),
    { numRuns: 100 },
  )
})
