import type { AuditStore, OutboxRow } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { fromHex, toStored } from './ids.ts'
import { beforeOrEnd } from './keyset.ts'
import { fromMillis, toMillis } from './millis.ts'

interface AuditRow {
  id: string
  account_id: string
  name: string
  at: number
  payload: string
}

const columns = 'hex(id) AS id, hex(account_id) AS account_id, name, at, payload'
const page = 'id < @before ORDER BY kith_audit.id DESC LIMIT @limit'

/** Every statement of the store, and what adds a row to it. */
export const auditStatements: Readonly<Record<'add' | 'list' | 'listOfAccount' | 'purgeBefore', string>> =
  Object.freeze({
    add: 'INSERT INTO kith_audit (id, account_id, name, at, payload) VALUES (@id, @key, @name, @at, @payload)',
    list: `SELECT ${columns} FROM kith_audit WHERE ${page}`,
    listOfAccount: `SELECT ${columns} FROM kith_audit WHERE account_id = @key AND ${page}`,
    purgeBefore: `DELETE FROM kith_audit WHERE id IN
      (SELECT id FROM kith_audit WHERE at < @before ORDER BY at LIMIT @limit)`,
  })

/** Creates the store of the audit log on a connection. */
export function createAuditStore({ run, all, read, write }: Connection): AuditStore {
  return {
    list(key, { limit, before }) {
      const values = { limit, before: beforeOrEnd(before) }
      return read(() =>
        (key === null
          ? all<AuditRow>(auditStatements.list, values)
          : all<AuditRow>(auditStatements.listOfAccount, { ...values, key: toStored(key) })
        ).map(rowFrom),
      )
    },
    purgeBefore(before, limit) {
      return write(() => run(auditStatements.purgeBefore, { before: toMillis(before), limit }))
    },
  }
}

function rowFrom({ id, account_id: key, name, at, payload }: AuditRow): OutboxRow {
  return { queue: 'audit', id: fromHex(id), key: fromHex(key), name, at: fromMillis(at), payload }
}
