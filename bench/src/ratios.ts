import { runNamed } from './run-named.ts'

/**
 * Measures Kith next to a hand-written twin in one run: `pnpm --filter @kith/bench ratio <name>`. Each script prints both
 * sides and their ratio, alternating between the two so that a busy machine slows both, and exits with 1 below its target.
 * docs/benchmarks.md has the figures.
 */
await runNamed('ratio', new URL('ratios/', import.meta.url))
