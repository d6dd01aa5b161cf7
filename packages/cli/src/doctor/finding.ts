import type { OpenKith } from '../config/open-kith.ts'
import { failureOf } from '../failure.ts'

/** How bad a finding is: an error is broken or unsafe now, a warning will be, a note is worth knowing. */
export type Level = 'ok' | 'note' | 'warning' | 'error'

/** What a check found. */
export interface Finding {
  /** A stable name for scripts, such as `cookies`. */
  check: string
  level: Level
  /** What was found and what it means. */
  meaning: string
  /** What to do about it; `null` where there is nothing to do. */
  cure: string | null
}

/** What checks look at. */
export interface Patient {
  open: OpenKith
  env: Readonly<Record<string, string | undefined>>
}

/** Looks at one thing. Rejects where it cannot look. */
export type Check = (patient: Patient) => Promise<Finding[]> | Finding[]

/** A finding that all is well. */
export function ok(check: string, meaning: string): Finding {
  return { check, level: 'ok', meaning, cure: null }
}

/** What kept a check from looking, as one sentence. */
export function sentenceOf(error: unknown): string {
  const { message } = failureOf(error)
  return message.endsWith('.') ? message : `${message}.`
}
