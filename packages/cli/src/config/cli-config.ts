import type { Kith } from '@kith/core'

/** What an app mounts Kith's routes with: the same object that it gives `kithExpress` or `kithFastify`. */
export interface HttpSettings {
  allowedOrigins?: readonly string[] | undefined
  cookies?:
    | {
        secure?: boolean | undefined
        sameSite?: 'lax' | 'strict' | 'none' | undefined
        domain?: string | undefined
      }
    | undefined
  /** What the framework trusts of proxies: `trust proxy` of Express, `trustProxy` of Fastify. */
  trustProxy?: boolean | number | string | readonly string[] | undefined
}

/** The part of a client of ioredis that `kith doctor` needs. */
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

/** What a config file exports by default, beside a Kith alone or a function that makes either. */
export interface CliConfig {
  kith: Kith
  /** For `kith doctor`: what the app mounts the routes with. @default not checked */
  http?: HttpSettings | undefined
  /** For `kith doctor`: the client of Redis that the app uses. @default not checked */
  redis?: RedisProbe | undefined
  /** For `kith doctor`: the client of MongoDB that the app uses. @default not checked */
  mongodb?: MongoProbe | undefined
  /** For `kith doctor`: the pool of `pg` that the app uses. @default not checked */
  postgres?: PostgresProbe | undefined
  /** Closes what the config opened besides the storage, such as clients. Called last. @default nothing */
  close?: (() => unknown) | undefined
}

/** The default export of a config file. */
export type CliConfigExport = Kith | CliConfig | (() => Kith | CliConfig | Promise<Kith | CliConfig>)

/** Gives the default export of a config file its types; returns it as it is. */
export function defineConfig(config: CliConfigExport): CliConfigExport {
  return config
}

/** Whether a value is a Kith, also of another copy of the package. */
export function isKith(value: unknown): value is Kith {
  if (typeof value !== 'object' || value === null) return false
  const { accounts, upkeep, storage } = value as Partial<Kith>
  return Boolean(accounts) && Boolean(upkeep) && typeof storage?.migrate === 'function'
}
