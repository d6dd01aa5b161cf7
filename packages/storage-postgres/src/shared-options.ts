import type { Logger } from '@kith/core'
import { checkWhenUnreachable, type WhenUnreachable } from '@kith/core/adapter'
import {
  type PostgresJsOptions,
  type PostgresPoolOptions,
  type PostgresSettings,
  type PostgresUrlOptions,
  settingsOf,
} from './options.ts'

type Place<Options> = Omit<Options, 'timeoutMillis'>

/** What the processes of an app share is in the database of a pool, of a `sql`, or of a server by its URL. */
export type PostgresPlace = Place<PostgresPoolOptions> | Place<PostgresJsOptions> | Place<PostgresUrlOptions>

/** Common options of everything that processes share. */
export interface PostgresSharedOptions {
  /**
   * What happens while PostgreSQL cannot be reached: `closed` refuses with `storage-unavailable`, `open` allows what
   * this process cannot check. @default 'closed'
   */
  whenUnreachable?: WhenUnreachable | undefined
  /** Gets one line for each reason. @default `console` */
  logger?: Pick<Logger, 'warn'> | undefined
}

/** Options with their defaults. */
export type SharedSettings = Exclude<PostgresSettings, { client: object }> & {
  whenUnreachable: WhenUnreachable
  listen: string | boolean
}

/** How many connections our own pool has: calls are short. */
const ownConnections = 3

/** When a silent connection is given up: a little after its caller has learned that the server is silent. */
const timeoutMillis = 1_500

/** Refuses what a type checker would have found, and adds the defaults. Never writes to the caller's object. */
export function sharedSettingsOf(
  options: PostgresPlace & PostgresSharedOptions & { listen?: string | boolean | undefined },
): SharedSettings {
  const { whenUnreachable, listen = true } = options
  const { url, maxConnections = ownConnections } = options as PostgresUrlOptions
  const own = url === undefined ? {} : { maxConnections }
  const settings = settingsOf({ ...options, ...own, timeoutMillis } as PostgresUrlOptions)
  if ((settings as { client?: unknown }).client !== undefined)
    throw new TypeError(
      'sharing between processes needs more than one client: give a { pool }, a { sql } or a { url }',
    )
  if (typeof listen !== 'boolean' && !/^postgres(ql)?:\/\//.test(listen))
    throw new TypeError('listen must be true, false, or the connection string of the server itself')
  return { ...settings, listen, whenUnreachable: checkWhenUnreachable(whenUnreachable) } as SharedSettings
}
