import type { HostTransaction } from '@kith/conformance'
import type pg from 'pg'
import type postgres from 'postgres'

/** Begins a transaction on a client of `pg`, as an app does. */
export async function beginOnPg(client: pg.Client): Promise<HostTransaction> {
  await client.query('BEGIN')
  return {
    transaction: client,
    commit: async () => void (await client.query('COMMIT')),
    rollback: async () => void (await client.query('ROLLBACK')),
  }
}

/** Begins a transaction with postgres.js, as an app does. */
export async function beginOnPostgresJs(sql: postgres.Sql): Promise<HostTransaction> {
  const given = Promise.withResolvers<postgres.TransactionSql>()
  const over = Promise.withResolvers<null>()
  const whole = sql.begin(async (transaction) => {
    given.resolve(transaction)
    return over.promise
  })
  return {
    transaction: await given.promise,
    async commit() {
      over.resolve(null)
      await whole
    },
    async rollback() {
      over.reject(new Error('undo'))
      await whole.catch(() => {})
    },
  }
}
