import { beginRun } from './test-run.ts'

/** Shows which servers the suites used, unless the process that started vitest does. */
export default function setup(): () => void {
  const run = beginRun()
  return () => {
    for (const line of run?.lines() ?? []) process.stderr.write(`${line}\n`)
    run?.end()
  }
}
