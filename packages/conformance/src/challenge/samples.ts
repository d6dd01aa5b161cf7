import type { Challenge, Checking, Posing, Puzzle } from '@kith/core/ports'
import { nextId } from '../records.ts'
import { never } from '../never.ts'

const now = new Date()

/** When the puzzles of the cases expire. */
export const expiresAt: Date = new Date(now.getTime() + 600_000)

/** What a puzzle is posed with: an id of its own, and keys that an app has had for a while. */
export function posing(fields: Partial<Posing> = {}): Posing {
  return { now, keys: ['current key', 'previous key'], id: nextId(), expiresAt, ...fields }
}

/** What a response is checked with, a moment later. */
export function checking(fields: Partial<Checking> = {}): Checking {
  return {
    now: new Date(now.getTime() + 1000),
    keys: ['current key', 'previous key'],
    address: '192.0.2.1',
    signal: never,
    ...fields,
  }
}

/** The parameters of a puzzle as a client gets them: they have been JSON. */
export async function pose(challenge: Challenge, given: Posing = posing()): Promise<Puzzle['parameters']> {
  return JSON.parse(JSON.stringify(await challenge.pose(given))) as Puzzle['parameters']
}
