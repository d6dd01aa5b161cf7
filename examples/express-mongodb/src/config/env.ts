import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Duration } from '@kith/core'

/** The settings of the server. */
export interface Env {
  port: number
  mongodbUri: string
  redisUrl: string | null
  /** Kith derives the keys of both kinds of tokens from one secret. */
  secret: string
  accessTtl: Duration
  refreshTtl: Duration
  allowedOrigins: string[]
  production: boolean
}

/** Reads `.env`, if there is one, and the environment. @throws RangeError that says what to set */
export function readEnv(): Env {
  const file = fileURLToPath(new URL('../../.env', import.meta.url))
  if (existsSync(file)) process.loadEnvFile(file)
  const allowedOrigins = demand('CORS_ORIGIN')
    .split(',')
    .map((origin) => origin.trim())
  if (allowedOrigins.includes('*'))
    throw new RangeError('CORS_ORIGIN: name the pages. With * any page on the web could act for your users.')
  return {
    port: Number(process.env['PORT'] || 8000),
    mongodbUri: demand('MONGODB_URI'),
    redisUrl: process.env['REDIS_URL'] || null,
    secret: `${demand('ACCESS_TOKEN_SECRET')}:${demand('REFRESH_TOKEN_SECRET')}`,
    accessTtl: (process.env['ACCESS_TOKEN_EXPIRY'] || '15m') as Duration,
    refreshTtl: (process.env['REFRESH_TOKEN_EXPIRY'] || '10d') as Duration,
    allowedOrigins,
    production: process.env['NODE_ENV'] === 'production',
  }
}

function demand(name: string): string {
  const value = process.env[name]
  if (value) return value
  throw new RangeError(`${name} is not set: copy .env.example to .env and fill it in.`)
}
