import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from 'kith-example-adapters'

/** What the demo runs by. */
export interface Settings {
  port: number
  database: string
  /** The folder of the media, where they are kept on this machine. */
  media: string
  secret: string
}

/** Reads `PORT` and `KITH_DEMO_DIRECTORY`, and makes the folder and the secret the first time. */
export function readSettings(env: Environment): Settings {
  const PORT = env['PORT'] || '3000'
  const port = Number(PORT)
  if (!/^\d+$/.test(PORT) || port > 65_535) {
    throw new RangeError(`PORT must be a number from 0 to 65535, not "${PORT}".`)
  }
  const directory =
    env['KITH_DEMO_DIRECTORY'] || fileURLToPath(new URL('../../../.kith-demo', import.meta.url))
  mkdirSync(directory, { recursive: true })
  return {
    port,
    database: join(directory, 'demo.db'),
    media: join(directory, 'media'),
    secret: keepSecret(join(directory, 'secret')),
  }
}

function keepSecret(file: string): string {
  try {
    // Made once and kept: with a new secret at each start all sessions would end.
    writeFileSync(file, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8')
}
