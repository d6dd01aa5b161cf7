import { randomUUID } from 'node:crypto'
import { KithError } from '@kith/core'
import type { OutboxRows, SessionChange, SessionStore } from '@kith/core/ports'
import type { Collections } from './collections.ts'
import type { Call, Connection } from './connection.ts'
import { below } from './keyset.ts'
import { addToOutbox, tellChange } from './outbox-rows.ts'
import { sessionDocument, sessionFrom } from './session-document.ts'

/** Creates the session store on a connection. */
export function createSessionStore({ call }: Connection): SessionStore {
  return {
    // Without a transaction: two of them would not see each other's session. This way the last one to check sees all,
    // and the surplus is the same in every order.
    open: (session, maxLive, outbox) =>
      call('sessions.open', async (each) => {
        const { sessions } = each.collections
        const { id, userId, createdAt: at } = session
        await tellChange(each, {
          contended: [userId],
          outbox: outbox && (() => outbox({ id, opened: true })),
          async work(within) {
            // A transaction reports an id in use also for a concurrent insert, and is retried.
            if (outbox && (await within.sessions.first({ _id: id }))) throw idInUse()
            await within.sessions.insert(sessionDocument(session))
            return true
          },
        })
        const liveOfUser = { userId, revokedAt: null, expiresAt: { $gt: at } }
        const live = await sessions.find(liveOfUser, { fields: ['_id', 'rotatedAt'] })
        const surplus = live
          .sort((a, b) => +b.rotatedAt - +a.rotatedAt || (a._id < b._id ? 1 : -1))
          .slice(maxLive)
          .map(({ _id }) => _id)
        return await endEach(each, surplus, { userId, at, outbox })
      }),
    byId: (id) =>
      call('sessions.byId', async ({ collections: { sessions } }) => {
        const found = await sessions.first({ _id: id })
        return found && sessionFrom(found)
      }),
    rotate: ({ id, generation, boundKey, now, expiresAt, address, userAgent, methods }) =>
      call('sessions.rotate', async ({ collections: { sessions } }) => {
        const rotated = await sessions.change(
          { _id: id, generation, boundKey, revokedAt: null, expiresAt: { $gt: now } },
          {
            $inc: { generation: 1 },
            $set: {
              rotatedAt: now,
              expiresAt,
              endsAt: expiresAt,
              ...(address !== null && { address }),
              ...(userAgent !== null && { userAgent }),
              ...(methods && { provedAt: now, methods }),
            },
          },
        )
        if (rotated) return { rotated: true, session: sessionFrom(rotated) }
        const found = await sessions.first({ _id: id })
        return { rotated: false, session: found && sessionFrom(found) }
      }),
    bind: ({ id, userId, key, now }, outbox) =>
      call('sessions.bind', (each) =>
        tellChange(each, {
          contended: [userId],
          outbox: outbox && (() => outbox()),
          work: ({ sessions }) =>
            sessions.update(
              { _id: id, userId, boundKey: null, revokedAt: null, expiresAt: { $gt: now } },
              { $set: { boundKey: key } },
            ),
        }),
      ),
    revoke: ({ id, userId }, at, outbox) =>
      call('sessions.revoke', (each) =>
        tellChange(each, {
          contended: [userId],
          outbox: outbox && (() => outbox({ id, opened: false })),
          work: ({ sessions }) =>
            sessions.update(
              { _id: id, userId, revokedAt: null, expiresAt: { $gt: at } },
              { $set: { revokedAt: at, endsAt: at } },
            ),
        }),
      ),
    revokeAll: (userId, at, ...[except, outbox]) =>
      // Without a transaction, which the refreshes of these sessions would have to wait for. Each is changed
      // separately, which the driver retries if the connection breaks.
      call('sessions.revokeAll', async (each) => {
        const { sessions } = each.collections
        // No session has an empty id.
        const others = { _id: { $ne: except ?? '' } }
        const filter = { userId, revokedAt: null, expiresAt: { $gt: at }, ...others }
        const live = await sessions.find(filter, { fields: ['_id'] })
        const ids = live.map(({ _id }) => _id)
        return await endEach(each, ids, { userId, at, outbox })
      }),
    list: (userId, now, { limit, before }) =>
      call('sessions.list', async ({ collections: { sessions } }) => {
        const filter = { userId, revokedAt: null, ...below('_id', before), expiresAt: { $gt: now } }
        const found = await sessions.find(filter, { sort: { _id: -1 }, limit })
        return found.map(sessionFrom)
      }),
    purgeEnded: (before, limit) =>
      call('sessions.purgeEnded', ({ atomically }) =>
        atomically([], async ({ sessions }) => {
          const ended = { endsAt: { $lte: before } }
          const found = await sessions.find(ended, { fields: ['_id'], sort: { endsAt: 1 }, limit })
          if (found.length === 0) return 0
          return await sessions.removeAll({ _id: { $in: found.map(({ _id }) => _id) }, ...ended })
        }),
      ),
  }
}

/** How sessions of a user are ended. */
interface Ending {
  userId: string
  at: Date
  outbox: OutboxRows<SessionChange> | undefined
}

/**
 * Ends those of these sessions of a user that are still live, and returns their ids. The response to an update does not
 * say which of them another call has ended meanwhile, so each gets a mark of this call.
 */
async function endEach(call: Call, ids: readonly string[], ending: Ending): Promise<string[]> {
  if (ids.length === 0) return []
  const { userId, at, outbox } = ending
  const revokedBy = randomUUID()
  const update = { $set: { revokedAt: at, endsAt: at, revokedBy } }
  async function end({ sessions }: Collections): Promise<string[]> {
    await sessions.updateEach(ids.map((_id) => ({ filter: { _id, revokedAt: null }, update })))
    const ended = await sessions.find({ userId, revokedAt: at, revokedBy }, { fields: ['_id'] })
    return ended.map(({ _id }) => _id)
  }
  if (!outbox) return await end(call.collections)
  return await call.atomically([userId], async (within) => {
    const ended = await end(within)
    await addToOutbox(
      within,
      ended.flatMap((id) => outbox({ id, opened: false })),
    )
    return ended
  })
}

function idInUse(): KithError {
  return new KithError('storage-failed', {
    detail: 'The id of the session is in use: every id must be new.',
  })
}
