import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusively.ts'
import { guardedFolder } from './guard.ts'

/** Names the folder that the processes of one run share; they inherit it. */
const variable = 'KITH_TEST_RUN'

/** A run of tests, started by the outermost process: `npm test`, or vitest alone. */
export interface TestRun {
  /** Which servers the suites used, what they measured and, last, what was skipped and why; one line each. */
  lines(): string[]
  end(): void
}

/** Starts a run, unless this process belongs to one. */
export function beginRun(): TestRun | null {
  if (process.env[variable]) return null
  const folder = guardedFolder()
  process.env[variable] = folder
  return {
    lines: () => ['used', 'measured', 'skipped'].flatMap((kind) => notes(folder, kind)),
    end() {
      delete process.env[variable]
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Notes which server the suite of this process uses. */
export function noteUsed(description: string): void {
  note('used', `${suite()} ran against ${description}`)
}

/** Notes a figure that is worth showing in each run. */
export function noteMeasured(line: string): void {
  note('measured', line)
}

/** Notes that tests of the suite of this process do not run. */
export function noteSkipped(reason: string): void {
  note('skipped', `SKIPPED tests of ${suite()}: ${reason}`)
}

/** Finds something once per run, however many processes ask for it; outside of a run, each time. */
export async function oncePerRun<T>(name: string, look: () => Promise<T>): Promise<T> {
  const folder = process.env[variable]
  if (!folder) return look()
  const file = join(folder, `${name}.json`)
  if (!existsSync(file)) {
    await exclusively(join(folder, `${name}.lock`), async () => {
      if (existsSync(file)) return
      writeFileSync(`${file}.part`, JSON.stringify(await look()))
      renameSync(`${file}.part`, file)
    })
  }
  return JSON.parse(readFileSync(file, 'utf8')) as T
}

let ownFolder: string | null = null

/** A folder that the processes of a run share; outside of a run, for this process alone. */
export function runFolder(): string {
  return process.env[variable] ?? (ownFolder ??= guardedFolder())
}

function suite(): string {
  return process.env['KITH_TEST_SUITE'] ?? 'this process'
}

/** Shown at the end of the run, or immediately outside of one. */
function note(kind: string, line: string): void {
  const folder = process.env[variable]
  if (folder) appendFileSync(join(folder, kind), `${line}\n`)
  else process.stderr.write(`${line}\n`)
}

function notes(folder: string, kind: string): string[] {
  const file = join(folder, kind)
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
  return [...new Set(lines)].sort()
}
