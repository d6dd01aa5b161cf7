import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CliError, usageError } from '../cli-error.ts'
import { type CliConfig, isKith } from './cli-config.ts'

/** Loads a config file. @throws CliError with the problem */
export async function loadConfig(path: string): Promise<CliConfig> {
  if (!existsSync(path))
    throw usageError(`${path} does not exist.`, 'Give --config the path of a config file.')
  if (/\.m?ts$/.test(path) && !process.features.typescript) throw needsStripping(path)
  const name = basename(path)
  const { default: exported } = await attempt(
    name,
    () => import(pathToFileURL(path).href) as Promise<{ default?: unknown }>,
  )
  const made = typeof exported === 'function' ? await attempt(name, exported as () => unknown) : exported
  if (isKith(made)) return { kith: made }
  if (typeof made === 'object' && made !== null && isKith((made as CliConfig).kith)) return made as CliConfig
  throw new CliError(`${name} has no Kith as its default export.`, {
    hint: 'End it with `export default createKith({ … })`, or with a function that returns one.',
  })
}

async function attempt<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CliError(`${name} failed: ${reason.split('\n').slice(0, 6).join('\n')}`, {
      hint: 'It runs as in your app: with the same packages and environment variables (see --dotenv).',
      cause,
    })
  }
}

function needsStripping(path: string): CliError {
  return usageError(
    `This Node (${process.version}) does not read TypeScript, which ${basename(path)} is.`,
    'Use Node 22.18 or newer, set NODE_OPTIONS=--experimental-strip-types, or write the config as kith.config.mjs.',
  )
}
