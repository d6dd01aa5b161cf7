import { existsSync, readdirSync } from 'node:fs'

/**
 * Runs attacks that once worked, and prints what they cost now: `pnpm --filter @kith/bench attack <name>`.
 * docs/security.md has the figures from before each fix beside those of today.
 */
const folder = new URL('attacks/', import.meta.url)
const [name = ''] = process.argv.slice(2)
const file = new URL(`${name}.ts`, folder)

if (/^[a-z-]+$/.test(name) && existsSync(file)) {
  await import(file.href)
} else {
  const names = readdirSync(folder).flatMap((entry) => /^(.+)\.ts$/.exec(entry)?.[1] ?? [])
  console.error(`Usage: pnpm --filter @kith/bench attack <name>, with one of:\n${names.join('\n')}`)
  process.exitCode = 2
}
