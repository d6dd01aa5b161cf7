import assert from 'node:assert/strict'
import type { OutboxBatch, OutboxClaim, OutboxRow, Storage } from '@kith/core/ports'
import { later, nextId, sampleUser } from '../records.ts'

/** The stores whose verbs store events, and where those wait. */
export type TellingStores = Pick<Storage, 'users' | 'sessions' | 'edges' | 'posts' | 'media' | 'outbox'>

/** An event of an account of its own. */
export function sampleRow(fields: Partial<OutboxRow> = {}): OutboxRow {
  return {
    queue: 'events',
    id: nextId(),
    key: nextId(),
    name: 'account.edited',
    at: later(500),
    payload: '{"userId":"somebody","fields":["bio"]}',
    ...fields,
  }
}

/** Creates an account, without an event. */
export async function born({ users }: Pick<Storage, 'users'>): Promise<string> {
  const user = sampleUser()
  await users.create(user)
  return user.id
}

/** Has a change of an account store an event. */
export async function happens(
  { users }: Pick<Storage, 'users'>,
  key: string,
  fields: Partial<OutboxRow> = {},
): Promise<OutboxRow> {
  const row = sampleRow({ ...fields, key })
  const result = await users.update(key, { bio: row.id }, undefined, () => [row])
  assert.equal(result.outcome, 'updated')
  return row
}

/** An account with so many events. */
export async function withEvents(stores: Pick<Storage, 'users'>, count: number): Promise<OutboxRow[]> {
  const key = await born(stores)
  const rows: OutboxRow[] = []
  for (let index = 0; index < count; index++) rows.push(await happens(stores, key, { at: later(index) }))
  return rows
}

/** Claims everything, for a minute. */
export function sampleClaim(fields: Partial<OutboxClaim> = {}): OutboxClaim {
  return { by: nextId(), now: later(1_000), until: later(61_000), keys: 100, rows: 100, ...fields }
}

/** The ids of events in batches, in their order. */
export function idsIn(batches: readonly OutboxBatch[]): string[] {
  return batches.flatMap(({ rows }) => rows.map(({ id }) => id))
}

/** The ids of these events. */
export function idsOf(rows: readonly OutboxRow[]): string[] {
  return rows.map(({ id }) => id)
}
