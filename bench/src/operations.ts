import { runNamed } from './run-named.ts'

/**
 * Shows what an operator is promised, with figures: `pnpm --filter @kith/bench operations <name>`. Exits with 1 where the
 * promise does not hold. docs/operations.md has the figures.
 */
await runNamed('operations', new URL('operations/', import.meta.url))
