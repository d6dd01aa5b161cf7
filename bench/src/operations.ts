import { existsSync, readdirSync } from 'node:fs'

/**
 * Shows what an operator is promised, with figures: `pnpm --filter @kith/bench operations <name>`. Exits with 1 where the
 * promise does not hold. docs/operations.md has the figures.
 */
const folder = new URL('operations/', import.meta.url)
const [name = ''] = process.argv.slice(2)
const file = new URL(`${name}.ts`, folder)

if (/^[a-z-]+$/.test(name) && existsSync(file)) {
  await import(file.href)
} else {
  const names = readdirSync(folder).flatMap((entry) => /^(.+)\.ts$/.exec(entry)?.[1] ?? [])
  console.error(`Usage: pnpm --filter @kith/bench operations <name>, with one of:\n${names.join('\n')}`)
  process.exitCode = 2
}
