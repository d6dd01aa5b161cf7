import assert from 'node:assert/strict'
import type { OutboxBatch, OutboxClaim, OutboxQueue, OutboxRow, OutboxStore, Storage } from '@kith/core/ports'
import { later, nextId, sampleUser } from '../records.ts'

/** The stores whose verbs store rows. */
export type TellingStores = Pick<
  Storage,
  'users' | 'sessions' | 'edges' | 'posts' | 'media' | 'codes' | 'credentials'
>

/** A queue: its name, what keeps its rows, and the stores whose verbs store some. */
export interface Queued extends TellingStores {
  queue: OutboxQueue
  outbox: OutboxStore
}

/** A row of an account of its own, of a queue or the audit log. */
export function sampleRow(queue: OutboxRow['queue'], fields: Partial<OutboxRow> = {}): OutboxRow {
  return {
    queue,
    id: nextId(),
    key: nextId(),
    name: 'account.edited',
    at: later(500),
    payload: '{"userId":"somebody","fields":["bio"]}',
    ...fields,
  }
}

/** The rows of one change: one for each queue. */
export function rowsOfBoth(): OutboxRow[] {
  return [sampleRow('events'), sampleRow('messages')]
}

/** Takes out the waiting rows of both queues, sorted by id. */
export async function waitingInBoth({
  outbox,
  messages,
}: Pick<Storage, 'outbox' | 'messages'>): Promise<OutboxRow[]> {
  return byId([...(await takeOut(outbox)), ...(await takeOut(messages))])
}

/** Takes out the waiting rows of a queue, sorted by id. */
export async function takeOut(outbox: OutboxStore): Promise<OutboxRow[]> {
  const claim = sampleClaim()
  const batches = await outbox.claim(claim)
  for (const { key, rows } of batches)
    await outbox.acknowledge({ key, by: claim.by, ids: idsOf(rows), now: later(), until: null })
  return byId(batches.flatMap(({ rows }) => rows))
}

/** Rows sorted by their ids. */
export function byId(rows: readonly OutboxRow[]): OutboxRow[] {
  return [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Creates an account, without a row. */
export async function born({ users }: Pick<Storage, 'users'>): Promise<string> {
  const user = sampleUser()
  await users.create(user)
  return user.id
}

/** Has a change of an account store a row. */
export async function happens(
  { users, queue }: Pick<Queued, 'users' | 'queue'>,
  key: string,
  fields: Partial<OutboxRow> = {},
): Promise<OutboxRow> {
  const row = sampleRow(queue, { ...fields, key })
  const result = await users.update(key, { bio: row.id }, undefined, () => [row])
  assert.equal(result.outcome, 'updated')
  return row
}

/** An account with this many rows. */
export async function withEvents(
  stores: Pick<Queued, 'users' | 'queue'>,
  count: number,
): Promise<OutboxRow[]> {
  const key = await born(stores)
  const rows: OutboxRow[] = []
  for (let index = 0; index < count; index++) rows.push(await happens(stores, key, { at: later(index) }))
  return rows
}

/** Claims everything, for a minute. */
export function sampleClaim(fields: Partial<OutboxClaim> = {}): OutboxClaim {
  return { by: nextId(), now: later(1_000), until: later(61_000), keys: 100, rows: 100, ...fields }
}

/** The ids of rows in batches, in their order. */
export function idsIn(batches: readonly OutboxBatch[]): string[] {
  return batches.flatMap(({ rows }) => rows.map(({ id }) => id))
}

/** The ids of these rows. */
export function idsOf(rows: readonly OutboxRow[]): string[] {
  return rows.map(({ id }) => id)
}
