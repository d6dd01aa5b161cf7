import type { AuditStore } from '@kith/core/ports'
import type { Connection } from './connection.ts'
import { rowFrom } from './outbox-document.ts'
import { lastId } from './stored-ids.ts'

/** Creates the store of the audit log on a connection. */
export function createAuditStore({ call }: Connection): AuditStore {
  return {
    list: (key, { limit, before }) =>
      call('audit.list', async ({ collections: { audit } }) => {
        // For all accounts a lower bound as well: without a range the index might not be used.
        const wanted = { ...(key !== null && { userId: key }), _id: { $lt: before ?? lastId } }
        const found = await audit.find(wanted, { sort: { _id: -1 }, limit })
        return found.map((document) => rowFrom('audit', document))
      }),
    purgeBefore: (before, limit) =>
      call('audit.purgeBefore', async ({ collections: { audit } }) => {
        const old = { at: { $lt: before } }
        const found = await audit.find(old, { fields: ['_id'], sort: { at: 1 }, limit })
        return found.length === 0 ? 0 : await audit.removeAll({ _id: { $in: found.map(({ _id }) => _id) } })
      }),
  }
}
