import type { OpenKith } from '../config/open-kith.ts'
import { failureOf } from '../failure.ts'

/** The severity of a finding: an error is broken or unsafe now, a warning soon will be, a note is worth knowing. */
export type Level = 'ok' | 'note' | 'warning' | 'error'

/** What a check found. */
export interface Finding {
  /** A stable name for scripts, such as `cookies`. */
  check: string
  level: Level
  /** What was found and what it means. */
  meaning: string
  /** What to do about it; `null` if there is nothing to do. */
  cure: string | null
}

/** The inputs of checks. */
export interface Patient {
  open: OpenKith
  env: Readonly<Record<string, string | undefined>>
}

/** Runs one check. Rejects if it cannot run. */
export type Check = (patient: Patient) => Promise<Finding[]> | Finding[]

/** A finding that all is well. */
export function ok(check: string, meaning: string): Finding {
  return { check, level: 'ok', meaning, cure: null }
}

/** Why a check could not run, as one sentence. */
export function sentenceOf(error: unknown): string {
  const { message } = failureOf(error)
  return message.endsWith('.') ? message : `${message}.`
}
