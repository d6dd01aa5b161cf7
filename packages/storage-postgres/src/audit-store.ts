import type { AuditStore, OutboxRow } from '@kith/core/ports'
import type { Connection } from './connection.ts'
import { beforeOrEnd, toId } from './ids.ts'
import { fromMillis, moment, toMillis } from './moments.ts'

interface AuditRow {
  id: string
  account_id: string
  name: string
  at: number
  payload: string
}

const columns = 'id, account_id, name, at, payload'
const page = 'id < @before ORDER BY id DESC LIMIT @limit'

/** Every statement of the store, and what adds rows to it. */
export const auditStatements: Readonly<Record<'add' | 'list' | 'listOfAccount' | 'purgeBefore', string>> =
  Object.freeze({
    add: `INSERT INTO kith.audit (${columns})
      SELECT id, key, name, to_timestamp(at / 1000.0), payload
        FROM unnest(@ids::uuid[], @keys::uuid[], @names::text[], @ats::bigint[], @payloads::text[])
          AS added (id, key, name, at, payload)`,
    list: `SELECT ${columns} FROM kith.audit WHERE ${page}`,
    listOfAccount: `SELECT ${columns} FROM kith.audit WHERE account_id = @key AND ${page}`,
    purgeBefore: `DELETE FROM kith.audit WHERE id = ANY
      (ARRAY(SELECT id FROM kith.audit WHERE at < ${moment('before')} ORDER BY at LIMIT @limit))`,
  })

/** Creates the store of the audit log on a connection. */
export function createAuditStore({ run, shown: { all } }: Connection): AuditStore {
  return {
    async list(key, { limit, before }) {
      const page = { limit, before: beforeOrEnd(before) }
      const rows = await (key === null
        ? all<AuditRow>(auditStatements.list, page)
        : all<AuditRow>(auditStatements.listOfAccount, { ...page, key: toId(key) }))
      return rows.map(rowFrom)
    },
    purgeBefore(before, limit) {
      return run(auditStatements.purgeBefore, { before: toMillis(before), limit })
    },
  }
}

function rowFrom({ account_id: key, at, ...row }: AuditRow): OutboxRow {
  return { queue: 'audit', ...row, key, at: fromMillis(at) }
}
