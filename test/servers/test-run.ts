import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusively.ts'
import { guardedFolder } from './guard.ts'

/** Names the folder that the processes of one run share; they inherit it. */
const variable = 'KITH_TEST_RUN'

/** A run of tests, begun by whoever starts the others: `npm test`, or vitest alone. */
export interface TestRun {
  /** Which servers the suites ran against, what they measured and, last, what was skipped and why; a line each. */
  lines(): string[]
  end(): void
}

/** Begins a run, unless this process belongs to one. */
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

/** Notes which server the suite of this process runs against. */
export function noteUsed(description: string): void {
  note('used', `${suite()} ran against ${description}`)
}

/** Notes a figure that is worth seeing each time. */
export function noteMeasured(line: string): void {
  note('measured', line)
}

/** Notes that tests of the suite of this process do not run. */
export function noteSkipped(reason: string): void {
  note('skipped', `SKIPPED tests of ${suite()}: ${reason}`)
}

/** Looks for something once in a run, however many processes ask; outside of one, each time. */
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

/** A folder for what the processes of a run share; outside of one, for this process alone. */
export function runFolder(): string {
  return process.env[variable] ?? (ownFolder ??= guardedFolder())
}

function suite(): string {
  return process.env['KITH_TEST_SUITE'] ?? 'this process'
}

/** Shown when the run is over, or here and now outside of one. */
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
