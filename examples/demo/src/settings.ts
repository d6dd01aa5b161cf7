import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SignUp } from '@kith/core'
import { type Environment, hostOf } from 'kith-example-adapters'

/** The settings of the demo. */
export interface Settings {
  port: number
  /** Whether it starts without its people. */
  bare: boolean
  directory: string
  database: string
  /** The media folder, if media is stored on this machine. */
  media: string
  secret: string
  /** Who may register. */
  signUp: SignUp
}

const modes: readonly string[] = ['open', 'invite', 'approval', 'closed'] satisfies SignUp[]

/**
 * Reads `PORT`, `KITH_DEMO_DIRECTORY`, `KITH_DEMO_SIGN_UP` and `--empty`, and creates the folder and the secret the first time. With a media host it
 * starts empty as well, so that trying it does not put a hundred pictures into a bucket.
 */
export function readSettings(env: Environment, args: readonly string[] = []): Settings {
  const PORT = env['PORT'] || '3000'
  const port = Number(PORT)
  if (!/^\d+$/.test(PORT) || port > 65_535) {
    throw new RangeError(`PORT must be a number from 0 to 65535, not "${PORT}".`)
  }
  const signUp = env['KITH_DEMO_SIGN_UP'] || 'open'
  if (!modes.includes(signUp))
    throw new RangeError(`KITH_DEMO_SIGN_UP must be one of ${modes.join(', ')}, not "${signUp}".`)
  const unknown = args.find((arg) => arg !== '--empty')
  if (unknown !== undefined) {
    throw new RangeError(`"${unknown}" is no option of the demo. There is one: npm run demo -- --empty`)
  }
  const host = hostOf(env)
  const bare = args.includes('--empty') || host !== null
  // A separate folder for each kind of start, so that none finds the data of another.
  const kind = host ? `-${host.toLowerCase()}` : bare ? '-empty' : ''
  const directory =
    env['KITH_DEMO_DIRECTORY'] || fileURLToPath(new URL(`../../../.kith-demo${kind}`, import.meta.url))
  mkdirSync(directory, { recursive: true })
  return {
    port,
    bare,
    directory,
    database: join(directory, 'demo.db'),
    media: join(directory, 'media'),
    secret: keepSecret(join(directory, 'secret')),
    signUp: signUp as SignUp,
  }
}

function keepSecret(file: string): string {
  try {
    // Created once and kept: a new secret at each start would end all sessions.
    writeFileSync(file, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8')
}
