import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The names of config files; the first that exists is used. */
const configNames: readonly string[] = ['ts', 'mts', 'js', 'mjs'].map((end) => `kith.config.${end}`)

/** The config file in this folder or the nearest parent, or `null`. */
export function findConfig(folder: string): string | null {
  for (const name of configNames) if (existsSync(join(folder, name))) return join(folder, name)
  const above = dirname(folder)
  return above === folder ? null : findConfig(above)
}
