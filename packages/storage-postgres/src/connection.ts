import { setTimeout as sleep } from 'node:timers/promises'
import { KithError } from '@kith/core'
import { wasCommitted } from './commit-outcome.ts'
import { createCompiler } from './compile.ts'
import { rowsOf } from './decode.ts'
import { type Answer, ConnectionFault, type Driver, type Isolation } from './drivers/driver.ts'
import { sqlStateOf } from './drivers/sql-state.ts'
import { guarded } from './replicas/position.ts'
import type { Replicas } from './replicas/replicas.ts'
import { toStorageError } from './storage-error.ts'
import type { Values } from './values.ts'

/**
 * Statements on the tables of Kith. They are written for a schema named `kith` and with named values,
 * `SELECT name FROM kith.users WHERE id = @id`, which the connection replaces with the schema that the app has chosen
 * and with `$1`.
 *
 * A row contains booleans, numbers (also of `bigint` and `count(*)`) and otherwise strings, whatever parsers the app
 * has set in its driver. A point in time is a `timestamptz` in the tables, written as `to_timestamp(@at / 1000.0)` and
 * read as milliseconds.
 */
export interface Statements {
  /** How many rows a statement has changed. */
  run(sql: string, values?: Values): Promise<number>
  /** The first row, or null. */
  get<Row>(sql: string, values?: Values): Promise<Row | null>
  all<Row>(sql: string, values?: Values): Promise<Row[]>
}

/** What the stores use. A single statement is its own transaction. Raises Kith's errors. */
export interface Connection extends Statements {
  /**
   * Reads for display only, which a replica may serve. They see everything that was committed before their call,
   * including by others; but sessions, codes, credentials and names are read on the primary wherever they decide
   * something.
   */
  readonly shown: Pick<Statements, 'get' | 'all'>
  /**
   * One transaction at READ COMMITTED. Work may be run several times: if the server has ended a transaction because of
   * a deadlock or a conflict, which has then changed nothing, it is retried, for a bounded time.
   */
  atomically<Result>(work: (statements: Statements) => Promise<Result>): Promise<Result>
  /** Queries that all see the same moment: one transaction that is REPEATABLE READ and READ ONLY. */
  consistently<Result>(work: (statements: Statements) => Promise<Result>): Promise<Result>
  /** Refuses all calls from now on. */
  close(): Promise<void>
}

/** The dependencies of a connection. */
export interface ConnectionParts {
  driver: Driver
  replicas?: Replicas | null
  /** The name of Kith's schema. */
  schema: string
  /** Whether the server caches the plans of statements under their names. */
  prepare: boolean
  timeoutMillis: number
}

/** Creates the connection of one storage, without connecting. */
export function createConnection(parts: ConnectionParts): Connection {
  const { driver, replicas = null, schema, prepare, timeoutMillis } = parts
  const compile = createCompiler(schema, prepare)
  let closed = false

  async function inTurns<Result>(
    attempt: (deadline: number) => Promise<Result>,
    goesOn: (error: unknown, times: number) => boolean,
  ): Promise<Result> {
    const deadline = performance.now() + timeoutMillis
    try {
      if (closed)
        throw new KithError('storage-failed', { detail: 'The storage was closed: create a new one.' })
      for (let times = 1; ; times++) {
        try {
          return await attempt(deadline)
        } catch (error) {
          const pause = Math.random() * Math.min(200, 5 * 2 ** times)
          if (!goesOn(error, times) || performance.now() + pause > deadline) throw error
          await sleep(pause)
        }
      }
    } catch (error) {
      throw toStorageError(error)
    }
  }

  function alone(sql: string, values: Values = {}): Promise<Answer> {
    const reads = sql.startsWith('SELECT')
    return inTurns(
      (deadline) => driver.query(compile(sql, values), deadline),
      (error, times) => isConflict(error) || (reads && times === 1 && isLost(error)),
    )
  }

  function show(sql: string, values: Values = {}): Promise<Answer> {
    if (!replicas || closed) return alone(sql, values)
    return inTurns(
      async (deadline) =>
        (await replicas.read((server) => compile(guarded(sql), { ...values, server }))) ??
        (await driver.query(compile(sql, values), deadline)),
      (error, times) => isConflict(error) || (times === 1 && isLost(error)),
    )
  }

  async function transaction<Result>(
    work: (statements: Statements) => Promise<Result>,
    how: { isolation: Isolation; deadline: number },
  ): Promise<Result> {
    const end: { result?: Result } = {}
    try {
      return await driver.transaction(async (session) => {
        end.result = await work(statementsOn((sql, values = {}) => session.query(compile(sql, values))))
        return end.result
      }, how)
    } catch (error) {
      if (!(error instanceof ConnectionFault) || !error.commit) throw error
      const committed = await wasCommitted(driver, error.commit, performance.now() + timeoutMillis)
      if (committed) return end.result as Result
      throw committed === null ? error : new ConnectionFault('lost', { cause: error.cause })
    }
  }

  return {
    ...statementsOn(alone),
    shown: statementsOn(show),
    atomically: (work) =>
      inTurns(
        (deadline) => transaction(work, { isolation: 'read committed', deadline }),
        (error, times) => isConflict(error) || (times < 3 && (isDuplicate(error) || isLost(error))),
      ),
    consistently: (work) =>
      inTurns(
        (deadline) => transaction(work, { isolation: 'repeatable read read only', deadline }),
        (error, times) => isConflict(error) || (times < 3 && isLost(error)),
      ),
    async close() {
      closed = true
    },
  }
}

/** Statements on anything that executes one. */
function statementsOn(ask: (sql: string, values?: Values) => Promise<Answer>): Statements {
  return {
    run: async (sql, values) => (await ask(sql, values)).affected,
    get: async <Row>(sql: string, values?: Values) => rowsOf<Row>(await ask(sql, values))[0] ?? null,
    all: async <Row>(sql: string, values?: Values) => rowsOf<Row>(await ask(sql, values)),
  }
}

/** The server has undone a transaction in favor of another one: a serialization failure, or a deadlock. */
function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlStateOf(error) ?? '')
}

/** Another transaction has committed the same name since this one checked, which checks again. */
function isDuplicate(error: unknown): boolean {
  return sqlStateOf(error) === '23505'
}

/** Nothing was changed and the next attempt uses another connection. */
function isLost(error: unknown): boolean {
  return error instanceof ConnectionFault && error.kind === 'lost' && !error.commit
}
