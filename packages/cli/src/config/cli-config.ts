import type { Kith } from '@kith/core'

/** The options for mounting Kith's routes: the same object that the app passes to `kithExpress` or `kithFastify`. */
export interface HttpSettings {
  allowedOrigins?: readonly string[] | undefined
  cookies?:
    | {
        secure?: boolean | undefined
        sameSite?: 'lax' | 'strict' | 'none' | undefined
        domain?: string | undefined
      }
    | undefined
  /** The framework's proxy setting: `trust proxy` of Express, `trustProxy` of Fastify. */
  trustProxy?: boolean | number | string | readonly string[] | undefined
}

/** The part of an ioredis client that `kith doctor` needs. */
export interface RedisProbe {
  info(section: string): Promise<string>
  time(): Promise<readonly (number | string)[]>
}

/** The part of a `MongoClient` that `kith doctor` needs. */
export interface MongoProbe {
  db(name: string): { command(command: { hello: 1 }): Promise<object> }
}

/** The part of a `Pool` or `Client` of `pg` that `kith doctor` needs. */
export interface PostgresProbe {
  query(text: string): Promise<{ rows: unknown[] }>
}

/** The default export of a config file, unless it is just a Kith or a function that returns either. */
export interface CliConfig {
  kith: Kith
  /** For `kith doctor`: the options for mounting the routes. @default not checked */
  http?: HttpSettings | undefined
  /** For `kith doctor`: the app's Redis client. @default not checked */
  redis?: RedisProbe | undefined
  /** For `kith doctor`: the app's MongoDB client. @default not checked */
  mongodb?: MongoProbe | undefined
  /** For `kith doctor`: the app's `pg` pool. @default not checked */
  postgres?: PostgresProbe | undefined
  /** Closes what the config opened besides the storage, such as clients. Called last. @default nothing */
  close?: (() => unknown) | undefined
}

/** The default export of a config file. */
export type CliConfigExport = Kith | CliConfig | (() => Kith | CliConfig | Promise<Kith | CliConfig>)

/** Types the default export of a config file; returns it unchanged. */
export function defineConfig(config: CliConfigExport): CliConfigExport {
  return config
}

/** Whether a value is a Kith, including one of another copy of the package. */
export function isKith(value: unknown): value is Kith {
  if (typeof value !== 'object' || value === null) return false
  const { accounts, upkeep, storage } = value as Partial<Kith>
  return Boolean(accounts) && Boolean(upkeep) && typeof storage?.migrate === 'function'
}
