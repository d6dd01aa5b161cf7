/** A statement in the form that the server accepts, with `$1` for the first value. */
export interface Query {
  readonly text: string
  /** The name under which the server may cache its plan; null for a statement that it forgets. */
  readonly name: string | null
  /** The values as strings, whose types the server infers. */
  readonly values: readonly (string | null)[]
}

/** The server's response to a statement, unparsed: `text[row][column]`. */
export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
  /** How many rows were changed, or read. */
  readonly affected: number
}

/** An open transaction. */
export interface Session {
  query(query: Query): Promise<Answer>
}

/** A transaction that the app has begun, with parts that can be undone separately. */
export interface HostTransaction extends Session {
  /** Runs work in a savepoint, which is undone if the work rejects. */
  savepoint<Result>(work: (session: Session) => Promise<Result>): Promise<Result>
}

/** The options of a transaction. */
export type Isolation = 'read committed' | 'repeatable read read only'

/** Identifies a writing transaction after its connection is gone: see `commit-outcome.ts`. */
export interface Mark {
  /** Its number. */
  readonly transaction: string
  /** When it began by the clock of the server, in seconds since 1970. */
  readonly at: string
  /** The host of the server; null for a socket. */
  readonly server: string | null
  /** The timeline that it wrote to: another one after each failover. */
  readonly timeline: string
}

/** The timeline of a server that accepts writes, in SQL. */
export const timeline = 'left(pg_walfile_name(pg_current_wal_lsn()), 8)'

/** The statement that reads a {@link Mark}. It is what assigns a number to a transaction. */
export const markStatement: string = `SELECT pg_current_xact_id()::text, extract(epoch FROM now())::text, inet_server_addr()::text,
  ${timeline}`

/** A {@link Mark} from its row. */
export function markFrom(row: readonly (string | null)[] | undefined): Mark {
  const [transaction = null, at = null, server = null, own = null] = row ?? []
  if (transaction === null || at === null || own === null)
    throw new TypeError('The server gave a transaction no number')
  return { transaction, at, server, timeline: own }
}

/** A PostgreSQL driver, as far as Kith uses it. Each call settles within `deadline`, a time of `performance.now()`. */
export interface Driver {
  /** Runs one statement that is its own transaction. */
  query(query: Query, deadline: number): Promise<Answer>
  /**
   * Runs work in a transaction, on an exclusive connection, and commits it; rolls back if the work rejects. Raises
   * errors of the server as the driver has them, and a {@link ConnectionFault} for everything else.
   */
  transaction<Result>(
    work: (session: Session) => Promise<Result>,
    how: { isolation: Isolation; deadline: number },
  ): Promise<Result>
  /** Closes what was opened here. */
  close(): Promise<void>
}

/** Why a statement got no response. */
export type FaultKind =
  /** The server was not reached: nothing was sent. */
  | 'unreachable'
  /** Every connection was in use for too long: nothing was sent. */
  | 'exhausted'
  /** The connection was lost. */
  | 'lost'
  /** The server was silent for too long. */
  | 'silent'

/** A connection that failed, as opposed to an error of the server. */
export class ConnectionFault extends Error {
  override readonly name = 'ConnectionFault'
  readonly kind: FaultKind
  /** The transaction, if its COMMIT had been sent. */
  readonly commit: Mark | null

  constructor(kind: FaultKind, { cause, commit = null }: { cause?: unknown; commit?: Mark | null } = {}) {
    super(`The connection to PostgreSQL is ${kind}`, { cause })
    this.kind = kind
    this.commit = commit
  }
}
