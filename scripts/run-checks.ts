import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { leftOut } from '../test/left-out.ts'
import { findMongo } from '../test/servers/find-mongo.ts'
import { findRedis } from '../test/servers/find-redis.ts'
import { findS3 } from '../test/servers/find-s3.ts'
import { venvOnly } from '../test/servers/find-server.ts'
import { beginRun } from '../test/servers/test-run.ts'
import { type TestedFile, timeLines } from './test-times.ts'

interface Tally {
  passed: number
  failed: number
  skipped: number
}

const report = '.cache/vitest.json'

/** For daily use: everything that fits into a minute and a half. */
const quick = process.argv.includes('--quick')

/**
 * The names of package.json scripts. Those in a row run one after the other, the rows concurrently: tests mostly
 * wait. `check-tarballs` builds everything that has changed since its last build.
 */
const rows: readonly (readonly string[])[] = quick
  ? [['typecheck'], ['unit']]
  : [['check-tarballs', 'typecheck', 'lint', 'format:check', 'knip'], ['unit']]

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

function tell(name: string, ok: boolean, started: number): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${name.padEnd(14)} ${ok ? 'ok' : 'FAILED'}  ${seconds} s`)
}

interface Finding {
  name: string
  find: readonly (() => Promise<{ kind: string; reason?: string }>)[]
}

/** The suites then use the servers that were found here. */
async function findServers({ name, find }: Finding): Promise<boolean> {
  const started = performance.now()
  const reasons: string[] = []
  for (const each of find) {
    const { reason } = await each()
    if (reason !== undefined) reasons.push(reason)
  }
  const ok = reasons.length === 0 || !venvOnly()
  tell(name, ok, started)
  if (!ok) console.log(reasons.join('\n'))
  return ok
}

function runStep(name: string): Promise<boolean> {
  const started = performance.now()
  return new Promise((done) => {
    const args = ['run', name, ...(extraArguments[name] ?? [])]
    const child = spawn('pnpm', args, {
      shell: process.platform === 'win32',
      env: { ...process.env, ...(quick ? { KITH_TEST_QUICK: '1' } : {}) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.add(child)
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('error', (error) => (output += error.message))
    child.on('close', (code) => {
      children.delete(child)
      tell(name, code === 0, started)
      if (code !== 0) console.log(output.trimEnd())
      done(code === 0)
    })
  })
}

interface Report extends Record<
  'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests',
  number
> {
  testResults: TestedFile[]
}

function readTests(): Tally & { files: readonly TestedFile[] } {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    ) as Report
    const skipped = numPendingTests + numTodoTests
    return { passed: numPassedTests, failed: numFailedTests, skipped, files: testResults }
  } catch {
    return { passed: 0, failed: 0, skipped: 0, files: [] }
  }
}

/** What a quick run has not tested, by reason. */
function leftOutLines(): string[] {
  const counts = new Map<string, number>()
  for (const reason of leftOut().values()) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [
    'Left out: build, lint, format, knip, tarballs, and of the test files',
    ...[...counts].map(([reason, count]) => `${String(count).padStart(4)}  where each ${reason}`),
    'and four of five random histories.',
  ]
}

rmSync(report, { force: true })
const run = quick ? null : beginRun()
const steps: boolean[] = []
// First, because they may have to be fetched.
if (!quick) steps.push(await findServers({ name: 'servers', find: [findMongo, findRedis] }))
// It may be compiled, for a minute or two, while other steps run; a suite that starts earlier waits for it.
const s3 = quick ? null : findServers({ name: 's3 server', find: [findS3] })
await Promise.all(
  rows.map(async (row) => {
    for (const name of row) steps.push(await runStep(name))
  }),
)
if (s3) steps.push(await s3)

const tests = readTests()
for (const line of timeLines(tests.files, process.cwd())) console.log(line)
for (const line of quick ? leftOutLines() : (run?.lines() ?? [])) console.log(line)
run?.end()
const passed = steps.filter(Boolean).length + tests.passed
const failed = steps.filter((ok) => !ok).length + tests.failed
console.log(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`)
process.exitCode = failed === 0 ? 0 : 1
