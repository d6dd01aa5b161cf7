import type { OutboxQueue, OutboxStore } from '@kith/core/ports'
import type { Filter } from 'mongodb'
import type { Connection } from './connection.ts'
import { type OutboxAccountDocument, rowFrom } from './outbox-document.ts'
import { type Queue, queueIn } from './queues.ts'

/** Before every row. */
const longAgo = new Date(0)

/** Creates the store of a queue on a connection. */
export function createOutboxStore({ call }: Connection, queue: OutboxQueue): OutboxStore {
  const store = queue === 'events' ? 'outbox' : 'messages'
  return {
    claim: ({ by, now, until, keys, rows }) =>
      call(`${store}.claim`, async ({ collections }) => {
        const queued = queueIn(collections, queue)
        const leased: OutboxAccountDocument[] = []
        for (let lost = true; lost && leased.length < keys;) {
          lost = false
          for (const free of await claimable(queued, now, keys - leased.length)) {
            const account = await queued.accounts.change(free, { $set: { heldBy: by, heldUntil: until } })
            if (account) leased.push(account)
            else lost = true
          }
        }
        const batches = []
        for (const { _id: key, attempts } of leased) {
          const found = await queued.rows.find({ userId: key }, { sort: { sequence: 1 }, limit: rows })
          // On a standalone they are stored after their account.
          if (found.length > 0) batches.push({ key, attempts, rows: found.map((row) => rowFrom(queue, row)) })
        }
        return batches
      }),
    acknowledge: ({ key, by, ids, now, until }) =>
      call(`${store}.acknowledge`, ({ atomically }) =>
        atomically([key], async (within) => {
          const { rows, accounts } = queueIn(within, queue)
          const lease = until ? { heldUntil: until } : { heldBy: null, heldUntil: null, since: now }
          const handled = ids.length > 0 ? { attempts: 0 } : {}
          const account = await accounts.change({ _id: key, heldBy: by }, { $set: { ...lease, ...handled } })
          if (!account) return false
          if (ids.length > 0) await rows.removeAll({ _id: { $in: [...ids] }, userId: key })
          const left = await rows.find({ userId: key }, { fields: ['_id'], limit: 1 })
          // If its count has advanced, a row is on its way.
          if (left.length === 0) await accounts.remove({ _id: key, sequence: account.sequence })
          return true
        }),
      ),
    postpone: ({ key, by, until }) =>
      call(`${store}.postpone`, ({ collections }) =>
        queueIn(collections, queue).accounts.update(
          { _id: key, heldBy: by },
          { $set: { heldBy: null, heldUntil: until }, $inc: { attempts: 1 } },
        ),
      ),
    backlog: (limit) =>
      call(`${store}.backlog`, async ({ collections }) => {
        const queued = queueIn(collections, queue).rows
        const any = { at: { $gte: longAgo } }
        const [oldest] = await queued.find(any, { fields: ['at'], sort: { at: 1 }, limit: 1 })
        if (!oldest) return { count: 0, oldestAt: null }
        const counting = [{ $match: any }, { $limit: limit }, { $count: 'waiting' }]
        const [counted] = await queued.aggregate<{ waiting: number }>(counting)
        return { count: counted?.waiting ?? 0, oldestAt: oldest.at }
      }),
  }
}

/** Matches accounts that may be claimed: first those whose lease or pause is over. */
async function claimable(
  { accounts }: Queue,
  now: Date,
  limit: number,
): Promise<Filter<OutboxAccountDocument>[]> {
  const isOver = { heldUntil: { $lte: now } }
  const isFree = { heldUntil: null }
  const over = await accounts.find(isOver, { fields: ['_id'], sort: { heldUntil: 1 }, limit })
  const rest = limit - over.length
  const free =
    rest > 0 ? await accounts.find(isFree, { fields: ['_id'], sort: { since: 1 }, limit: rest }) : []
  return [...over.map(({ _id }) => ({ _id, ...isOver })), ...free.map(({ _id }) => ({ _id, ...isFree }))]
}
