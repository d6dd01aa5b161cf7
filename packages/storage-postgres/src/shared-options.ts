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

/** What all that processes share has in common. */
export interface PostgresSharedOptions {
  /**
   * What holds while PostgreSQL cannot be reached: `closed` refuses with `storage-unavailable`, `open` lets through what this process
   * cannot find out. @default 'closed'
   */
  whenUnreachable?: WhenUnreachable | undefined
  /** Told once for each reason what is the matter. @default `console` */
  logger?: Pick<Logger, 'warn'> | undefined
}

/** Options with their defaults. */
export type SharedSettings = Exclude<PostgresSettings, { client: object }> & {
  whenUnreachable: WhenUnreachable
  listen: string | boolean
}

/** How many connections a pool of our own has: calls are short. */
const ownConnections = 3

/** When a connection is given up that is silent: a little after its caller has learned that the server is. */
const timeoutMillis = 1_500

/** Refuses what no type checker saw, and adds the defaults. The caller's object is not written. */
export function sharedSettingsOf(
  options: PostgresPlace & PostgresSharedOptions & { listen?: string | boolean | undefined },
): SharedSettings {
  const { whenUnreachable, listen = true } = options
  const { url, maxConnections = ownConnections } = options as PostgresUrlOptions
  const own = url === undefined ? {} : { maxConnections }
  const settings = settingsOf({ ...options, ...own, timeoutMillis } as PostgresUrlOptions)
  if ((settings as { client?: unknown }).client !== undefined)
    throw new TypeError(
      'what processes share needs more than one client: give a { pool }, a { sql } or a { url }',
    )
  if (typeof listen !== 'boolean' && !/^postgres(ql)?:\/\//.test(listen))
    throw new TypeError('listen must be true, false, or the connection string of the server itself')
  return { ...settings, listen, whenUnreachable: checkWhenUnreachable(whenUnreachable) } as SharedSettings
}
