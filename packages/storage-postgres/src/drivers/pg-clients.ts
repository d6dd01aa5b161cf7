import { ConnectionFault } from './driver.ts'
import { inTime } from './in-time.ts'
import { endsConnection } from './sql-state.ts'

/** A statement in the form of `pg`. */
export interface PgQuery {
  text: string
  values?: (string | null)[]
  name?: string
  rowMode: 'array'
  types: { getTypeParser(oid: number, format?: string): (value: string) => unknown }
}

/** The part of a `Client` of `pg` that Kith uses. */
export interface PgClient {
  query(query: PgQuery): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
}

/** The part of a `Pool` of `pg` that Kith uses. */
export interface PgPool {
  connect(): Promise<PgClient & { release(broken?: boolean): void }>
  readonly totalCount: number
  readonly idleCount: number
  readonly options: { readonly max?: number | null | undefined }
}

/** A client that one caller has exclusively. */
interface TakenClient {
  readonly client: PgClient
  release(broken: boolean): void
}

/** The source of clients, one for each caller, within its deadline. */
export type TakeClient = (deadline: number) => Promise<TakenClient>

/** Values come as the server's strings, whatever parsers the app has set. */
export const asTheyAre: PgQuery['types'] = { getTypeParser: () => (value) => value }

/** While a client is taken its pool does not listen to its errors, and an unhandled one crashes the process. */
const ignore = (): void => {}

/** Clients of a pool. */
export function clientsOf(pool: PgPool): TakeClient {
  function isExhausted(): boolean {
    return pool.idleCount === 0 && pool.totalCount >= (pool.options.max ?? 10)
  }

  return async (deadline) => {
    const taking = pool.connect()
    let isLate = false
    const late = (): ConnectionFault => {
      isLate = true
      return new ConnectionFault(isExhausted() ? 'exhausted' : 'unreachable')
    }
    taking.then(
      (client) => isLate && client.release(),
      () => {},
    )
    const client = await inTime(taking, deadline, late).catch((error: unknown) => {
      if (error instanceof ConnectionFault || !endsConnection(error)) throw error
      // The error for the pool's `connectionTimeoutMillis` has no code.
      const waited = error instanceof Error && error.message.startsWith('timeout exceeded')
      throw new ConnectionFault(waited && isExhausted() ? 'exhausted' : 'unreachable', { cause: error })
    })
    client.on('error', ignore)
    return {
      client,
      release(broken) {
        client.removeListener('error', ignore)
        client.release(broken)
      },
    }
  }
}

/** One client for all, who take turns. */
export function turnsOn(client: PgClient): TakeClient {
  let last: Promise<void> = Promise.resolve()
  return async (deadline) => {
    let release = (): void => {}
    const before = last
    const mine = new Promise<void>((resolve) => (release = resolve))
    last = before.then(() => mine)
    await inTime(before, deadline, () => new ConnectionFault('exhausted')).catch((error: unknown) => {
      release()
      throw error
    })
    client.on('error', ignore)
    return {
      client,
      release(broken) {
        client.removeListener('error', ignore)
        if (!broken) return release()
        // An unanswered statement may still be running on it, and must not become a part of the next transaction.
        client.query({ text: 'ROLLBACK', rowMode: 'array', types: asTheyAre }).then(release, release)
      },
    }
  }
}
