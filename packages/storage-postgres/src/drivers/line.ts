import type { SharedSettings } from '../shared-options.ts'
import type { Driver } from './driver.ts'
import { isNotInstalled } from './own-driver.ts'
import { createPgDriver } from './pg.ts'
import { type PgClient, type PgPool, turnsOn } from './pg-clients.ts'
import { createPostgresJsDriver } from './postgres-js.ts'
import type { PostgresJsSql } from './postgres-js-sql.ts'

/** The events of a {@link Line}. */
export interface LineEvents {
  notified(channel: string, payload: string): void
  /** The connection is gone. */
  lost(error: unknown): void
}

/** A separate connection, which receives notifications. It does not reconnect once it is lost. */
export interface Line {
  readonly driver: Driver
  /** Closes it, whatever it is doing. */
  close(): void
}

/** An unconnected client of `pg`, as far as a line uses it. */
interface PgLineClient extends PgClient {
  connect(): Promise<unknown>
  end(): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
  on(
    event: 'notification',
    listener: (message: { channel: string; payload?: string | undefined }) => void,
  ): unknown
  readonly connection?: { readonly stream?: { destroy(): unknown } }
}

type PgClientMaker = new (config: object) => PgLineClient

/** How long the server has to disconnect cleanly. */
const partingMillis = 500

/** Opens a line with the app's driver, according to the settings. */
export async function openLine(
  { pool, sql, url: own, listen }: SharedSettings,
  events: LineEvents,
): Promise<Line> {
  const url = typeof listen === 'string' ? listen : own
  if (sql) return postgresJsLine(await postgresJs(), placeOf(sql, url), events)
  if (pool)
    return await pgLine(
      await pgClientOf(pool as { Client?: PgClientMaker }),
      { ...configOf(pool), ...(url && toUrl(url)) },
      events,
    )
  try {
    return await pgLine(await pgClientOf({}), toUrl(url ?? ''), events)
  } catch (error) {
    if (!isNotInstalled(error)) throw error
    return postgresJsLine(await postgresJs(), { url: url ?? '' }, events)
  }
}

/** A URL without TLS parameters uses those of `sql`, as `pg` does with those of a pool. */
function placeOf({ options }: PostgresJsSql, url: string | undefined): PostgresJsPlace {
  if (url === undefined) return { options }
  const parameters = new URL(url).searchParams
  return parameters.has('sslmode') || parameters.has('ssl') ? { url } : { url, options: { ssl: options.ssl } }
}

async function postgresJs(): Promise<MakeSql> {
  return (await import('postgres')).default as unknown as MakeSql
}

/** The options with which a pool creates its own clients. */
async function pgClientOf(pool: { Client?: PgClientMaker }): Promise<PgClientMaker> {
  return pool.Client ?? ((await import('pg')).default.Client as unknown as PgClientMaker)
}

/** The password is not included in a copy of the options, unless it is read explicitly. */
function configOf({ options }: PgPool): object {
  return { ...options, password: (options as { password?: unknown }).password }
}

function toUrl(connectionString: string): { connectionString: string } {
  return { connectionString }
}

async function pgLine(Client: PgClientMaker, config: object, { notified, lost }: LineEvents): Promise<Line> {
  const client = new Client(config)
  client.on('error', (error) => lost(error))
  client.on('end', () => lost(new Error('the connection was ended')))
  client.on('notification', ({ channel, payload = '' }) => notified(channel, payload))
  const destroy = (): void => void client.connection?.stream?.destroy()
  const line = {
    driver: createPgDriver(turnsOn(client)),
    close(): void {
      const parting = setTimeout(destroy, partingMillis)
      void client.end().then(
        () => clearTimeout(parting),
        () => {},
      )
    },
  }
  await client.connect().catch((error: unknown) => {
    destroy()
    throw error
  })
  return line
}

type MakeSql = (
  place: string | object,
  options?: object,
) => PostgresJsSql & { end(options: object): Promise<void> }

/** The target of a postgres.js line, and its options. */
interface PostgresJsPlace {
  url?: string
  options?: object
}

function postgresJsLine(
  postgres: MakeSql,
  { url, options }: PostgresJsPlace,
  { notified, lost }: LineEvents,
): Line {
  const own = {
    ...options,
    max: 1,
    idle_timeout: null,
    max_lifetime: null,
    fetch_types: false,
    onnotify: notified,
    onclose: () => lost(new Error('the connection was closed')),
  }
  const sql = url === undefined ? postgres(own) : postgres(url, own)
  return {
    driver: createPostgresJsDriver(sql),
    close: () => void sql.end({ timeout: 0 }).catch(() => {}),
  }
}
