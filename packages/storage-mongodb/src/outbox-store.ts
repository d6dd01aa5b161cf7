import type { OutboxStore } from '@kith/core/ports'
import type { Filter } from 'mongodb'
import type { Collections } from './collections.ts'
import type { Connection } from './connection.ts'
import { type OutboxAccountDocument, rowFrom } from './outbox-document.ts'

/** Before every event. */
const longAgo = new Date(0)

/** Creates the outbox on a connection. */
export function createOutboxStore({ call }: Connection): OutboxStore {
  return {
    claim: ({ by, now, until, keys, rows }) =>
      call('outbox.claim', async ({ collections }) => {
        const { outbox, outboxAccounts } = collections
        const leased: OutboxAccountDocument[] = []
        for (let lost = true; lost && leased.length < keys;) {
          lost = false
          for (const free of await claimable(collections, now, keys - leased.length)) {
            const account = await outboxAccounts.change(free, { $set: { heldBy: by, heldUntil: until } })
            if (account) leased.push(account)
            else lost = true
          }
        }
        const batches = []
        for (const { _id: key, attempts } of leased) {
          const found = await outbox.find({ userId: key }, { sort: { sequence: 1 }, limit: rows })
          // On a standalone they come after their account.
          if (found.length > 0) batches.push({ key, attempts, rows: found.map(rowFrom) })
        }
        return batches
      }),
    acknowledge: ({ key, by, ids, now, until }) =>
      call('outbox.acknowledge', ({ atomically }) =>
        atomically([key], async ({ outbox, outboxAccounts }) => {
          const lease = until ? { heldUntil: until } : { heldBy: null, heldUntil: null, since: now }
          const handled = ids.length > 0 ? { attempts: 0 } : {}
          const account = await outboxAccounts.change(
            { _id: key, heldBy: by },
            { $set: { ...lease, ...handled } },
          )
          if (!account) return false
          if (ids.length > 0) await outbox.removeAll({ _id: { $in: [...ids] }, userId: key })
          const left = await outbox.find({ userId: key }, { fields: ['_id'], limit: 1 })
          // Where its count has gone on, an event is on its way.
          if (left.length === 0) await outboxAccounts.remove({ _id: key, sequence: account.sequence })
          return true
        }),
      ),
    postpone: ({ key, by, until }) =>
      call('outbox.postpone', ({ collections: { outboxAccounts } }) =>
        outboxAccounts.update(
          { _id: key, heldBy: by },
          { $set: { heldBy: null, heldUntil: until }, $inc: { attempts: 1 } },
        ),
      ),
    backlog: (limit) =>
      call('outbox.backlog', async ({ collections: { outbox } }) => {
        const any = { at: { $gte: longAgo } }
        const [oldest] = await outbox.find(any, { fields: ['at'], sort: { at: 1 }, limit: 1 })
        if (!oldest) return { count: 0, oldestAt: null }
        const counting = [{ $match: any }, { $limit: limit }, { $count: 'waiting' }]
        const [counted] = await outbox.aggregate<{ waiting: number }>(counting)
        return { count: counted?.waiting ?? 0, oldestAt: oldest.at }
      }),
  }
}

/** What matches accounts that may be claimed, each while it may: those first whose lease or pause is over. */
async function claimable(
  { outboxAccounts }: Collections,
  now: Date,
  limit: number,
): Promise<Filter<OutboxAccountDocument>[]> {
  const isOver = { heldUntil: { $lte: now } }
  const isFree = { heldUntil: null }
  const over = await outboxAccounts.find(isOver, { fields: ['_id'], sort: { heldUntil: 1 }, limit })
  const rest = limit - over.length
  const free =
    rest > 0 ? await outboxAccounts.find(isFree, { fields: ['_id'], sort: { since: 1 }, limit: rest }) : []
  return [...over.map(({ _id }) => ({ _id, ...isOver })), ...free.map(({ _id }) => ({ _id, ...isFree }))]
}
