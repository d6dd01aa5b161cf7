import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the demo runs by. */
export interface Settings {
  port: number
  database: string
  /** The folder of the media. */
  media: string
  secret: string
  /** Who suggests captions; `null` for sketches alone. */
  model: ModelSettings | null
}

/** A vision model behind a host that speaks OpenAI's protocol. */
export interface ModelSettings {
  name: string
  apiKey: string | undefined
  baseUrl: string
}

/**
 * Reads `PORT`, `KITH_DEMO_DIRECTORY` and `KITH_DEMO_MODEL`, and makes the folder and the secret the first time. A key alone
 * sends no picture anywhere: the model has to be asked for.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const { PORT = '3000', KITH_DEMO_DIRECTORY } = env
  const port = Number(PORT)
  if (!/^\d+$/.test(PORT) || port > 65_535) {
    throw new RangeError(`PORT must be a number from 0 to 65535, not "${PORT}".`)
  }
  const directory = KITH_DEMO_DIRECTORY ?? fileURLToPath(new URL('../../../.kith-demo', import.meta.url))
  mkdirSync(directory, { recursive: true })
  return {
    port,
    database: join(directory, 'demo.db'),
    media: join(directory, 'media'),
    secret: keepSecret(join(directory, 'secret')),
    model: readModel(env),
  }
}

function readModel(env: Readonly<Record<string, string | undefined>>): ModelSettings | null {
  const { KITH_DEMO_MODEL: name, OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = env
  return name ? { name, apiKey, baseUrl: baseUrl ?? 'https://api.openai.com/v1' } : null
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
