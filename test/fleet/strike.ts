import { setTimeout as sleep } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { noteMeasured } from '../servers/test-run.ts'
import type { Reply } from './call.ts'
import type { Fleet, FleetServer } from './fleet.ts'
import { createLedger } from './ledger.ts'
import { isRefusal, startLoad } from './load.ts'
import { demandEnded, freshName, logIn, logOut, register, tokensOf } from './member.ts'

/** A fault of a server behind the fleet. */
export interface Fault {
  begin(): unknown
  /** How long it lasts. A brief fault may pass between two requests; any other must have an effect. */
  millis: number
  end(): unknown
}

/** For a fleet under a fault: a client that repeats a refresh after a lost response does so after the outage. */
export const settings = { graceSeconds: 60 } as const

/** No request may take longer, including the overhead of a busy machine. */
const limitMillis = 6_500
const recoveryLimitMillis = 15_000
const people = 10
const quietMillis = 400

/**
 * Runs load on all servers during the fault, and asserts what must be true in any outage: requests are done or
 * refused in time, everything recovers by itself, nothing acknowledged is lost, and no ended session works.
 */
export async function strike(
  { fleet: { servers, operator } }: { fleet: Fleet },
  name: string,
  { begin, millis, end }: Fault,
): Promise<void> {
  const ledger = createLedger()
  const complaints = (): string[] => servers.map((server) => server.complaints())
  const complained = complaints()
  const witness = freshName()
  await register(servers[0] as FleetServer, witness)
  const load = startLoad(servers, ledger, people)
  await vi.waitUntil(
    () =>
      ledger.members.length === people && ledger.posts.length > 0 && ledger.endedBefore(Infinity).length > 0,
    { timeout: 60_000 },
  )
  await sleep(quietMillis)
  const before = load.replies.length
  await begin()
  await sleep(millis)
  await end()
  const recoveries = await Promise.all(servers.map((server) => untilWorking(server, witness)))
  await sleep(quietMillis)
  await load.stop()

  const replies = load.replies.slice(before)
  const refused = replies.filter(isRefusal)
  const slowest = Math.max(...replies.map((reply) => reply.millis))
  noteMeasured(
    `${name}: ${refused.length} of ${replies.length} requests refused, the slowest after ${seconds(slowest)}; ` +
      `all well again after ${seconds(Math.max(...recoveries))}`,
  )
  expect(complaints()).toEqual(complained)
  expect(ledger.mistakes.map(inWords)).toEqual([])
  expect(replies.filter((reply) => reply.millis > limitMillis).map(inWords)).toEqual([])
  // A brief outage delays some requests that the driver then serves after all.
  if (millis > 0) expect(refused.length > 0 || slowest > millis / 2).toBe(true)
  expect(Math.max(...recoveries)).toBeLessThan(recoveryLimitMillis)

  await operator.upkeep.run()
  expect(await operator.upkeep.verifyCounts()).toMatchObject({ differences: [] })
  expect(ledger.members.length).toBe(people)
  expect(ledger.posts.length).toBeGreaterThan(0)
  expect(await ledger.differences(operator)).toEqual([])
  const ended = ledger.endedBefore(Infinity)
  expect(ended.length).toBeGreaterThan(0)
  for (const tokens of ended) await demandEnded(servers, tokens)
}

/** Waits until a server can sign members in and out again, which needs both servers; returns how long that took. */
async function untilWorking(server: FleetServer, username: string): Promise<number> {
  const started = performance.now()
  for (let good = 0; good < 3;) {
    expect(performance.now() - started).toBeLessThan(recoveryLimitMillis)
    const reply = await logIn(server, username)
    const works = reply.status === 200 && (await logOut(server, tokensOf(reply))).status === 204
    good = works ? good + 1 : 0
    if (!works) await sleep(50)
  }
  return performance.now() - started
}

function seconds(millis: number): string {
  return `${(millis / 1000).toFixed(1)} s`
}

function inWords({ call, server, status, code, millis }: Reply): string {
  return `${call} at ${server}: ${status} ${code} after ${seconds(millis)}`
}
