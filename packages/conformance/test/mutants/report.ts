// What the kit kills, port by port, and what lives on for which reason: pnpm --filter @kith/conformance mutants
import { runMutants } from './run-mutants.ts'
import * as subjects from './subjects.ts'
import { survivors } from './survivors.ts'

const runs = [
  () => runMutants(subjects.storage),
  () => runMutants(subjects.rateLimits),
  () => runMutants(subjects.revocations),
]
let [all, alive] = [0, 0]
console.log('port          verbs  mutants  killed')
for (const run of runs)
  for (const { port, verbs, mutants, survivors } of (await run()).reports) {
    all += mutants
    alive += survivors.length
    const figures = [
      String(verbs).padStart(5),
      String(mutants).padStart(7),
      String(mutants - survivors.length).padStart(6),
    ]
    console.log(`${port.padEnd(12)}  ${figures.join('  ')}`)
  }
console.log(`${all} mutants, ${all - alive} killed, ${alive} listed:`)
for (const { reason, mutants } of survivors) console.log([reason, ...mutants].join('\n    '))
