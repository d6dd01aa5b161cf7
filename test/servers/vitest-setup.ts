import { beginRun } from './test-run.ts'

/** Shows which servers the suites ran against, unless whoever started vitest does. */
export default function setup(): () => void {
  const run = beginRun()
  return () => {
    for (const line of run?.lines() ?? []) process.stderr.write(`${line}\n`)
    run?.end()
  }
}
