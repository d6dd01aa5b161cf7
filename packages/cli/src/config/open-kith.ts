import { resolve } from 'node:path'
import type { Kith } from '@kith/core'
import type { CliConfig } from './cli-config.ts'
import { type Environment, environmentConfig } from './environment-config.ts'
import { findConfig } from './find-config.ts'
import { loadConfig } from './load-config.ts'

/** The Kith of a command. */
export interface OpenKith extends Omit<CliConfig, 'close'> {
  readonly kith: Kith
  /** Its source: the path of a config file, or `the environment`. */
  readonly source: string
  /** Closes the Kith and what the config opened. Idempotent. */
  close(): Promise<void>
}

/** Where to look for it. */
export interface Place {
  /** The value of `--config`. */
  config: string | undefined
  cwd: string
  env: Environment
  /** Whether a missing database may be created. A config file decides that itself, with `mustExist`. */
  creates: boolean
}

/** Creates the Kith of the config file or, without one, of the environment. @throws CliError */
export async function openKith({ config, cwd, env, creates }: Place): Promise<OpenKith> {
  const named = config ?? env['KITH_CONFIG']
  const path = named ? resolve(cwd, named) : findConfig(cwd)
  const { close, ...loaded } = path === null ? await environmentConfig(env, creates) : await loadConfig(path)
  let closing: Promise<void> | null = null
  return {
    ...loaded,
    source: path ?? 'the environment',
    close: () =>
      (closing ??= (async () => {
        await loaded.kith.close()
        await close?.()
      })()),
  }
}
