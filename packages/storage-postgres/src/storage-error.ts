import { isKithError, KithError, RetryLaterError } from '@kith/core'
import { ConnectionFault, type FaultKind } from './drivers/driver.ts'
import { sqlStateOf } from './drivers/sql-state.ts'
import { tlsRemedy } from './tls-remedy.ts'

type PassingCode = 'storage-busy' | 'storage-full' | 'storage-read-only' | 'storage-unavailable'
type Passing = readonly [code: PassingCode, seconds: number, detail: string]

const starting = 'The server is starting, stopping or recovering: try again, and see its log if it lasts.'
const conflicts = 'Transactions conflicted with each other until the time was up: try again.'

/**
 * Temporary failures, and those that an operator can fix on the server, by SQLSTATE or its class
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const passing: Readonly<Record<string, Passing>> = Object.freeze({
  '25006': [
    'storage-read-only',
    30,
    'The server takes no writes, as a standby does: connect to the primary, for example with `target_session_attrs=read-write`, or find out why default_transaction_read_only is set.',
  ],
  '40': ['storage-busy', 1, conflicts],
  '53': ['storage-busy', 5, 'The server is out of memory or of another resource: see its log.'],
  '53100': [
    'storage-full',
    60,
    'The disk of the server is full: free some space, also where its WAL is, and look for replication slots that nobody reads.',
  ],
  '53300': [
    'storage-busy',
    5,
    'The server has no connection left: give the pools of all processes together fewer than its max_connections, or put PgBouncer before it.',
  ],
  '55P03': [
    'storage-busy',
    1,
    'A lock was not free in time: look for a migration or a transaction that stays open.',
  ],
  '57014': [
    'storage-busy',
    1,
    'The statement was canceled, as by statement_timeout: give the role of Kith a longer one, or find out what slows the server.',
  ],
  '57P01': ['storage-unavailable', 5, starting],
  '57P02': ['storage-unavailable', 5, starting],
  '57P03': ['storage-unavailable', 5, starting],
  '57P05': ['storage-unavailable', 5, starting],
  '25P03': [
    'storage-unavailable',
    5,
    'The server ended a transaction that was idle: idle_in_transaction_session_timeout is shorter than this process was busy.',
  ],
  '25P04': [
    'storage-unavailable',
    5,
    'The server ended a transaction that took longer than transaction_timeout.',
  ],
  '58030': [
    'storage-unavailable',
    30,
    'The disk of the server failed to read or write: see its log and its health.',
  ],
  '08': ['storage-unavailable', 5, 'The connection to the server failed: see the cause, and try again.'],
})

const notPrepared =
  'A prepared statement is not on this connection, or is there already, as behind PgBouncer in transaction mode: set `prepare: false`, with postgres.js in its own options, or use PgBouncer 1.21 or later with max_prepared_statements.'

/** Failures that no retry fixes, and what does. */
const remedies: Readonly<Record<string, string>> = Object.freeze({
  '28P01': 'The server refused the password: check the user and the password of the connection.',
  '28': 'The server refused this user: check the user of the connection, and pg_hba.conf of the server.',
  '42704':
    'The server does not know a name, such as a parameter of the connection: postgres.js sends it those of a URL that it does not read itself, and takes `ssl: { ca }` instead of `sslrootcert`.',
  '3D000': 'The database does not exist: check its name in the connection, or create it.',
  '3F000': 'The schema is not there yet: run kith.storage.migrate() first.',
  '42P01': 'The tables are not there yet: run kith.storage.migrate() first.',
  '42703': 'The tables are not up to date: run kith.storage.migrate() first.',
  '42883':
    'The server lacks a function that Kith uses: PostgreSQL 14 or later is needed, and kith.storage.migrate().',
  '26000': notPrepared,
  '42P05': notPrepared,
  '25P01':
    'No transaction is open: call kith.within after BEGIN, and do not use its result after the end of that transaction.',
  '25P02':
    'An earlier statement of your own transaction failed, so the server accepts no more: roll it back.',
  '42501':
    'The role of Kith lacks a privilege: let it use the schema and read and write its tables; migrate() has to be run by their owner, who may create in the database.',
  '23': 'The record breaks a rule of the schema: every id must be new.',
  '22021': 'The text holds a character that PostgreSQL cannot store, such as NUL.',
  XX001: 'The data of the server is damaged: stop writing, keep a copy, restore a backup.',
  XX002: 'An index of the server is damaged: stop writing, keep a copy, and REINDEX.',
})

const faults: Readonly<Record<FaultKind, Passing>> = Object.freeze({
  unreachable: [
    'storage-unavailable',
    5,
    'PostgreSQL was not reached: check that it is running, the host and port of the connection, and whether the server offers TLS where the connection asks for it.',
  ],
  exhausted: [
    'storage-busy',
    1,
    'Every connection of the pool was in use for too long: give it more, or look for transactions of the app that stay open.',
  ],
  lost: [
    'storage-unavailable',
    5,
    'The connection was lost. A change of one statement may have been made: check before you repeat it.',
  ],
  silent: [
    'storage-unavailable',
    5,
    'PostgreSQL did not respond in time. A change of one statement may have been made: check before you repeat it.',
  ],
})

/** Converts a driver error to a Kith error, with the original as the cause; returns any other error unchanged. */
export function toStorageError(error: unknown): unknown {
  if (isKithError(error)) return error
  const met = error instanceof ConnectionFault ? (error.cause ?? error) : error
  const remedy = tlsRemedy(met)
  if (remedy !== null) return new KithError('storage-failed', { detail: remedy, cause: withoutValues(met) })
  if (error instanceof ConnectionFault) return passingError(faultOf(error), withoutValues(met))
  const state = sqlStateOf(error)
  if (state === null) return error
  const known = passing[state] ?? passing[state.slice(0, 2)]
  if (known) return passingError(known, withoutValues(error))
  const detail = remedies[state] ?? remedies[state.slice(0, 2)] ?? refused
  return new KithError('storage-failed', { detail, cause: withoutValues(error) })
}

const refused = 'PostgreSQL refused the statement: see the cause of this error in the log.'

function faultOf({ kind, commit }: ConnectionFault): Passing {
  return commit ? ['storage-unavailable', 5, unknownCommit] : faults[kind]
}

const unknownCommit =
  'The connection was lost while a change was committed, and the server can no longer say whether it was: check before you repeat it.'

function passingError([code, seconds, detail]: Passing, cause: unknown): RetryLaterError {
  return new RetryLaterError(code, { seconds, detail }, cause)
}

const shown = [
  ...['code', 'errno', 'syscall', 'address', 'port'],
  ...['severity', 'schema', 'schema_name', 'table', 'table_name', 'constraint', 'constraint_name', 'routine'],
]

/**
 * Only the parts without values: the server quotes those of a row that it refuses, possibly including an email address,
 * and postgres.js keeps those of the statement.
 */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const state = sqlStateOf(error) ?? ''
  const message = /^(22|23514)/.test(state) ? error.message.replace(/:.*/s, '') : error.message
  const known = shown.map((name) => [name, error[name as keyof Error] as unknown] as const)
  const fields = Object.fromEntries(known.filter(([, value]) => value !== undefined))
  return Object.assign(new Error(message), { name: error.name, ...fields })
}
