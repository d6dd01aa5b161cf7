import type { Statements } from './connection.ts'

/**
 * Who runs the long steps of a migration. A session lock would be lost behind a pooler, and a transaction that stays
 * open for a lock needs a second connection; so a row names the process, for ten seconds at a time, and the server
 * itself knows whether a statement of a process that is gone still runs: it holds its lock on the table from its first
 * moment to its last.
 */
export interface MigrationLease {
  /** Takes or renews it. False if another process has it, or if a statement like ours still runs on the table. */
  take(statements: Statements, table: string): Promise<boolean>
  /** Renews it. False if another process has taken it since. */
  renew(statements: Statements): Promise<boolean>
  /** Releases it. */
  release(statements: Statements): Promise<void>
}

const until = "now() + interval '10 seconds'"

/** The backends that hold, or wait for, the lock of long statements; an autovacuum, which gives way, has no user. */
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
