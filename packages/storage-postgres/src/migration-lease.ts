import type { Statements } from './connection.ts'

/**
 * Who takes the long steps of a migration. A lock of a session would be lost behind a pooler, and a transaction that stays open for a lock
 * needs a second connection; so a row says who it is, for ten seconds at a time, and the server itself says whether a statement of
 * somebody who is gone still runs: it holds its lock on the table from its first moment to its last.
 */
export interface MigrationLease {
  /** Takes or prolongs it. False where another process has it, or where a statement like ours still runs on the table. */
  take(statements: Statements, table: string): Promise<boolean>
  /** Prolongs it. False where another process has taken it since. */
  renew(statements: Statements): Promise<boolean>
  /** Gives it back. */
  release(statements: Statements): Promise<void>
}

const until = "now() + interval '10 seconds'"

/** The backends that hold, or wait for, the lock that long statements take; an automatic vacuum, which gives way, has no user. */
export const longOn = (table: string): string => `FROM pg_locks JOIN pg_stat_activity USING (pid)
  WHERE relation = to_regclass('kith.${table}') AND mode = 'ShareUpdateExclusiveLock' AND usesysid IS NOT NULL
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

/** The lease of one call of `migrate()`. */
export function createLease(holder: string): MigrationLease {
  return {
    take: async ({ run }, table) =>
      (await run(
        `INSERT INTO kith.schema_lease AS lease (holder, until) SELECT @holder, ${until}
          WHERE NOT EXISTS (SELECT 1 ${longOn(table)})
          ON CONFLICT (single) DO UPDATE SET holder = excluded.holder, until = excluded.until
            WHERE lease.until < now() OR lease.holder = excluded.holder`,
        { holder },
      )) === 1,
    renew: async ({ run }) =>
      (await run(`UPDATE kith.schema_lease SET until = ${until} WHERE holder = @holder`, { holder })) === 1,
    release: async ({ run }) =>
      void (await run('DELETE FROM kith.schema_lease WHERE holder = @holder', { holder })),
  }
}
