import { runNamed } from './run-named.ts'

/**
 * Runs attacks that once worked, and prints what they cost now: `pnpm --filter @kith/bench attack <name>`.
 * docs/security.md has the figures from before each fix beside those of today.
 */
await runNamed('attack', new URL('attacks/', import.meta.url))
