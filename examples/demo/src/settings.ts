import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SignUp } from '@kith/core'
import { type Environment, hostOf } from 'kith-example-adapters'

/** What the demo runs by. */
export interface Settings {
  port: number
  /** Whether it starts without the people that it comes with. */
  bare: boolean
  directory: string
  database: string
  /** The folder of the media, where they are kept on this machine. */
  media: string
  secret: string
  /** Who may come in. */
  signUp: SignUp
}

const modes: readonly string[] = ['open', 'invite', 'approval', 'closed'] satisfies SignUp[]

/**
 * Reads `PORT`, `KITH_DEMO_DIRECTORY`, `KITH_DEMO_SIGN_UP` and `--empty`, and makes the folder and the secret the first time. Where a host keeps the media it
 * starts bare as well: nobody wants a hundred pictures in a bucket for a look.
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
  // A folder for each kind of start, so that none finds what it did not make.
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
    // Made once and kept: with a new secret at each start all sessions would end.
    writeFileSync(file, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8')
}
