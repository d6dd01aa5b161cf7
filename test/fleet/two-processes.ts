import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { noteMeasured } from '../servers/test-run.ts'
import { type Reply, send } from './call.ts'
import type { FleetRules } from './fleet-kith.ts'
import type { Fleet, FleetServer } from './fleet.ts'
import { leaseMillis } from './load.ts'
import {
  claimsOf,
  demandEnded,
  freshName,
  logIn,
  logOut,
  me,
  refresh,
  register,
  type Tokens,
  tokensOf,
} from './member.ts'

/** Longer than 30 consecutive refreshes take on a busy machine. */
const graceSeconds = 6
/** For a fleet in which several processes do the same concurrently. */
export const settings: FleetRules = {
  graceSeconds,
  limits: {
    passwordByAccount: [{ limit: 10, window: '5m' }],
    postByAccount: [{ limit: 15, window: '1h' }],
  },
}

/** Makes a call many times concurrently, at the servers in turn. */
function allAtOnce(
  servers: readonly FleetServer[],
  count: number,
  call: (server: FleetServer) => Promise<Reply>,
): Promise<Reply[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(at(servers, index))))
}

function at(servers: readonly FleetServer[], index: number): FleetServer {
  return servers[index % servers.length] as FleetServer
}

/** How many responses have each status. */
function statuses(replies: readonly Reply[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/**
 * Calls a server repeatedly until it refuses the token; returns how long that took. Calls after the time at which the revocation
 * must be known have to be refused.
 */
async function untilRefused(server: FleetServer, tokens: Tokens): Promise<number> {
  const started = performance.now()
  for (;;) {
    const asked = performance.now() - started
    const { status } = await me(server, tokens)
    if (status === 401) return performance.now() - started
    expect({ status, isKnown: asked > leaseMillis }).toEqual({ status: 200, isKnown: false })
  }
}

/** What must be true for several processes that share their servers. */
export function testTwoProcesses(backed: () => { fleet: Fleet }): void {
  const servers = (): readonly FleetServer[] => backed().fleet.servers

  test('a logout in one refuses the token in the others within 100 ms', async () => {
    const username = freshName()
    await register(at(servers(), 0), username)
    const delays: number[] = []
    for (let round = 0; round < 30; round++) {
      const here = at(servers(), round)
      const others = servers().filter((server) => server !== here)
      const tokens = tokensOf(await logIn(here, username))
      for (const server of servers()) expect(await me(server, tokens)).toMatchObject({ status: 200 })
      expect(await logOut(here, tokens)).toMatchObject({ status: 204 })
      delays.push(...(await Promise.all(others.map((server) => untilRefused(server, tokens)))))
    }
    const [median = 0, slowest = 0] = [delays.length / 2, delays.length - 1].map(
      (rank) => delays.toSorted((a, b) => a - b)[Math.floor(rank)],
    )
    noteMeasured(
      `A logout is refused in other processes after ${median.toFixed(1)} ms (median of ${delays.length}; slowest ${slowest.toFixed(1)} ms)`,
    )
    expect(median).toBeLessThan(100)
  })

  test('an account is locked at all servers after too many wrong passwords at any, and not before', async () => {
    const username = freshName()
    await register(at(servers(), 0), username)
    const replies = await allAtOnce(servers(), 30, (server) => logIn(server, username, 'a wrong guess'))
    expect(statuses(replies)).toEqual({ 401: 10, 429: 20 })
    for (const server of servers()) {
      const { status, code, headers } = await logIn(server, username)
      expect({ status, code }).toEqual({ status: 429, code: 'account-locked' })
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(250)
    }
  })

  test('many concurrent posts at all servers succeed as often as one server would allow', async () => {
    const { accessToken } = await register(at(servers(), 1), freshName())
    const replies = await allAtOnce(servers(), 45, (server) =>
      send(server, { method: 'POST', path: '/posts', accessToken, body: { caption: 'Again', media: [] } }),
    )
    expect(statuses(replies)).toEqual({ 201: 15, 429: 30 })
    const profile = await send(at(servers(), 2), { method: 'GET', path: '/users/me', accessToken })
    expect(profile.body).toMatchObject({ counts: { posts: 15 } })
  })

  test('concurrent refreshes with one token rotate once, and every response works everywhere', async () => {
    const { refreshToken } = await register(at(servers(), 0), freshName())
    const { sid } = claimsOf(refreshToken)
    for (let step = 1, token = refreshToken; step <= 3; step++) {
      const replies = await allAtOnce(servers(), 30, (server) => refresh(server, token))
      expect(statuses(replies)).toEqual({ 200: 30 })
      const got = replies.map(tokensOf)
      expect(new Set(got.map((tokens) => tokens.refreshToken)).size).toBe(1)
      expect(claimsOf(got[0]?.refreshToken ?? '')).toMatchObject({ sid, gen: step })
      expect(await backed().fleet.operator.storage.sessions.byId(sid)).toMatchObject({ generation: step })
      const uses = got.map((tokens, index) => me(at(servers(), index + 1), tokens))
      expect(statuses(await Promise.all(uses))).toEqual({ 200: 30 })
      token = got[0]?.refreshToken ?? ''
    }
  })

  test('a token used again after the grace ends the session at every server', async () => {
    const first = await register(at(servers(), 0), freshName())
    const second = tokensOf(await refresh(at(servers(), 1), first.refreshToken))
    for (const server of servers()) {
      for (const tokens of [first, second]) expect(await me(server, tokens)).toMatchObject({ status: 200 })
    }
    await sleep(graceSeconds * 1000 + 100)
    const reused = await refresh(at(servers(), 2), first.refreshToken)
    expect(reused).toMatchObject({ status: 401, code: 'refresh-token-reused' })
    for (const tokens of [first, second]) {
      await Promise.all(servers().map((server) => untilRefused(server, tokens)))
      await demandEnded(servers(), tokens)
    }
  })

  test('after concurrent refreshes and a logout, every resulting token is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const tokens = await register(at(servers(), round), freshName())
      const [ended, ...replies] = await Promise.all([
        logOut(at(servers(), round), tokens),
        ...Array.from({ length: 12 }, (_, index) => refresh(at(servers(), index), tokens.refreshToken)),
      ])
      expect(ended).toMatchObject({ status: 204 })
      await Promise.all(servers().map((server) => untilRefused(server, tokens)))
      for (const reply of replies) {
        if (reply.status === 200) await demandEnded(servers(), tokensOf(reply))
        else expect(reply).toMatchObject({ status: 401, code: 'session-revoked' })
      }
    }
  })
}
