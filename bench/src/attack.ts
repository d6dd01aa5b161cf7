import { runNamed } from './run-named.ts'

/**
 * Runs attacks that worked in the past, and prints what they cost now: `pnpm --filter @kith/bench attack <name>`.
 * docs/security.md has the figures from before each fix next to today's.
 */
await runNamed('attack', new URL('attacks/', import.meta.url))
