// What the kit kills, port by port, and what lives on for which reason: pnpm --filter @kith/conformance mutants
import { runSubjects } from './run-subjects.ts'
import { survivors } from './survivors.ts'

let [all, alive] = [0, 0]
console.log('port                        verbs  mutants  killed')
for (const { port, verbs, mutants, survivors, isShared } of (await runSubjects()).rows) {
  if (!isShared) {
    all += mutants
    alive += survivors.length
  }
  const figures = [
    String(verbs).padStart(5),
    String(mutants).padStart(7),
    String(mutants - survivors.length).padStart(6),
  ]
  console.log(`${port.padEnd(26)}  ${figures.join('  ')}`)
}
console.log(`${all} mutants without those of two processes, ${all - alive} killed, ${alive} listed:`)
for (const { reason, mutants } of survivors) console.log([reason, ...mutants].join('\n    '))
