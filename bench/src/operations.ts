import { runNamed } from './run-named.ts'

/**
 * Checks promises to operators with figures: `pnpm --filter @kith/bench operations <name>`. Exits with 1 if the
 * promise is broken. docs/operations.md has the figures.
 */
await runNamed('operations', new URL('operations/', import.meta.url))
