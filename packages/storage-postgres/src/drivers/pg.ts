import {
  type Answer,
  ConnectionFault,
  type Driver,
  type HostTransaction,
  type Mark,
  markFrom,
  markStatement,
  type Query,
  type Session,
} from './driver.ts'
import { inTime } from './in-time.ts'
import { asTheyAre as types, type PgClient, type PgQuery, type TakeClient } from './pg-clients.ts'
import { endsConnection } from './sql-state.ts'

interface PgResult {
  command: string
  rowCount: number | null
  fields: readonly { name: string; dataTypeID: number }[]
  rows: readonly (string | null)[][]
}

/** PostgreSQL through `pg`. */
export function createPgDriver(take: TakeClient, close: () => Promise<void> = async () => {}): Driver {
  /** Runs work on an exclusive client, which is returned, or discarded if it is broken. */
  async function onClient<Result>(
    deadline: number,
    work: (ask: (query: PgQuery) => Promise<unknown>) => Promise<Result>,
  ): Promise<Result> {
    const { client, release } = await take(deadline)
    let broken = false
    try {
      return await work((query) =>
        ask(client, query, deadline).catch((error: unknown) => {
          broken ||= error instanceof ConnectionFault || endsConnection(error)
          throw error
        }),
      )
    } finally {
      release(broken)
    }
  }

  return {
    query: (query, deadline) =>
      onClient(deadline, async (ask) => answerFrom((await ask(pgQuery(query))) as PgResult)),
    transaction(work, { isolation, deadline }) {
      return onClient(deadline, async (ask) => {
        let mark: Mark | null = null
        let isOpen = true
        const ended = async (): Promise<never> => {
          throw new TypeError('The transaction has ended')
        }
        const begin = `BEGIN ISOLATION LEVEL ${isolation}`
        try {
          if (isolation === 'read committed') {
            const results = (await ask(simple(`${begin}; ${markStatement}`))) as PgResult[]
            mark = markFrom(results[1]?.rows[0])
          } else {
            await ask(simple(begin))
          }
          const result = await work({
            query: (query) =>
              (isOpen ? ask(pgQuery(query)) : ended()).then((got) => answerFrom(got as PgResult)),
          })
          isOpen = false
          await commit(ask, mark)
          return result
        } catch (error) {
          isOpen = false
          if (!(error instanceof ConnectionFault)) await ask(simple('ROLLBACK')).catch(() => {})
          throw error
        }
      })
    },
    close,
  }
}

/** The transaction that the app has begun on a client. */
export function pgTransaction(client: PgClient, demandHeld: () => void): HostTransaction {
  async function send(query: PgQuery): Promise<unknown> {
    demandHeld()
    return await unlessLost(client.query(query))
  }
  const say = (text: string): Promise<unknown> => send(simple(text))
  const query: Session['query'] = async (asked) => answerFrom((await send(pgQuery(asked))) as PgResult)
  return {
    query,
    async savepoint(work) {
      await say('SAVEPOINT kith')
      try {
        const result = await work({ query })
        await say('RELEASE SAVEPOINT kith')
        return result
      } catch (error) {
        await say('ROLLBACK TO SAVEPOINT kith; RELEASE SAVEPOINT kith').catch(() => {})
        throw error
      }
    },
  }
}

async function commit(ask: (query: PgQuery) => Promise<unknown>, mark: Mark | null): Promise<void> {
  const { command } = (await ask(simple('COMMIT')).catch((error: unknown) => {
    if (error instanceof ConnectionFault)
      throw new ConnectionFault(error.kind, { cause: error.cause, commit: mark })
    throw error
  })) as PgResult
  if (command !== 'COMMIT') throw new TypeError('A statement of the transaction had failed')
}

function ask(client: PgClient, query: PgQuery, deadline: number): Promise<unknown> {
  return inTime(unlessLost(client.query(query)), deadline, () => new ConnectionFault('silent'))
}

async function unlessLost(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    throw endsConnection(error) ? new ConnectionFault('lost', { cause: error }) : error
  }
}

function simple(text: string): PgQuery {
  return { text, rowMode: 'array', types }
}

function pgQuery({ text, name, values }: Query): PgQuery {
  const query: PgQuery = { text, values: [...values], rowMode: 'array', types }
  if (name !== null) query.name = name
  return query
}

function answerFrom({ rowCount, fields, rows }: PgResult): Answer {
  return {
    columns: fields.map(({ name, dataTypeID: type }) => ({ name, type })),
    rows,
    affected: rowCount ?? 0,
  }
}
