import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'

interface Tally {
  passed: number
  failed: number
  skipped: number
}

const report = '.cache/vitest.json'

/** The names of package.json scripts. Groups run one after the other, the steps of one group at the same time. */
const groups: readonly (readonly string[])[] = [
  ['build'],
  ['typecheck', 'lint'],
  ['format:check', 'knip', 'publint', 'attw'],
  ['unit'],
]

const extraArguments: Readonly<Record<string, readonly string[]>> = {
  unit: ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
}

const children = new Set<ChildProcess>()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal)
    process.exit(signal === 'SIGINT' ? 130 : 143)
  })
}

function runStep(name: string): Promise<boolean> {
  const started = performance.now()
  return new Promise((done) => {
    const args = ['run', name, ...(extraArguments[name] ?? [])]
    const child = spawn('pnpm', args, {
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.add(child)
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('error', (error) => (output += error.message))
    child.on('close', (code) => {
      children.delete(child)
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${name.padEnd(14)} ${code === 0 ? 'ok' : 'FAILED'}  ${seconds} s`)
      if (code !== 0) console.log(output.trimEnd())
      done(code === 0)
    })
  })
}

function countTests(): Tally {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    ) as Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests', number>
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}

rmSync(report, { force: true })
const steps: boolean[] = []
for (const group of groups) steps.push(...(await Promise.all(group.map(runStep))))

const tests = countTests()
const passed = steps.filter(Boolean).length + tests.passed
const failed = steps.filter((ok) => !ok).length + tests.failed
console.log(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`)
process.exitCode = failed === 0 ? 0 : 1
