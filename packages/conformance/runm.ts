import { cases, subjects } from './test/mutants/subjects.ts'
import { runMutants } from './test/mutants/run-mutants.ts'
const u = process.cpuUsage(); const { reports, unproven } = await runMutants(subjects, cases); const c = process.cpuUsage(u)
for (const r of reports) { console.log(r.port, r.verbs, 'verbs', r.mutants, 'mutants', r.survivors.length, 'survive'); console.log(r.survivors.join('\n')) }
console.log('UNPROVEN', unproven.join(' '), ((c.user+c.system)/1e6).toFixed(1),'s'); process.exit()
