import { createProgress, type Progress } from './progress.ts'
import { createStyle, type Style, wantsColors } from './style.ts'

/** The part of a stream that output needs. */
interface Screen {
  write(text: string, written?: () => void): unknown
  isTTY?: boolean
  columns?: number
}

/** The output of a command: results to standard output, everything else to standard error. */
export interface Output {
  /** Whether the output is for machines: one JSON document on standard output, or lines of JSON. */
  readonly json: boolean
  readonly style: Style
  /** Writes a piece of a result unchanged, and waits for a slow reader. */
  write(text: string): Promise<void>
  /** Writes a message to standard error. */
  note(text: string): void
  progress(title: string): Progress
}

/** The options of {@link createOutput}. */
export interface OutputOptions {
  stdout: Screen
  stderr: Screen
  env: Readonly<Record<string, string | undefined>>
  json: boolean
}

/** Creates it. */
export function createOutput({ stdout, stderr, env, json }: OutputOptions): Output {
  const isTerminal = stderr.isTTY === true && env['TERM'] !== 'dumb'
  let progress: Progress | null = null

  return {
    json,
    style: createStyle(!json && wantsColors(env, stdout.isTTY === true)),
    write: (text) => new Promise((done) => void stdout.write(text, () => done())),
    note(text) {
      progress?.end()
      stderr.write(`${text}\n`)
    },
    progress(title) {
      progress?.end()
      progress = createProgress(title, {
        write: (text) => void stderr.write(text),
        columns: isTerminal ? (stderr.columns ?? 80) : null,
        now: () => performance.now(),
      })
      return progress
    },
  }
}
