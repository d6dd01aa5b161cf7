import { noteSkipped } from './test-run.ts'

/** Whether `KITH_TEST_SERVERS=venv` allows the Python venv only; a suite without a server then fails instead of skipping. */
export function venvOnly(): boolean {
  const value = process.env['KITH_TEST_SERVERS'] || null
  if (value === null || value === 'venv') return value === 'venv'
  throw new TypeError(`KITH_TEST_SERVERS is "${value}": it knows "venv" only`)
}

/** Why a server is not available. */
export interface Missing {
  kind: 'missing'
  reason: string
}

/** A candidate: null if it has nothing, a rejection if an attempt failed. */
export type Place<Source> = () => Promise<Source | null>

/** The result of the first candidate that has one, or else the reasons of all. */
export async function firstOf<Source>(places: readonly Place<Source>[]): Promise<Source | Missing> {
  const failures: string[] = []
  for (const place of places) {
    try {
      const source = await place()
      if (source) return source
    } catch (error) {
      failures.push((error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' '))
    }
  }
  return { kind: 'missing', reason: failures.join('; ') }
}

/** Reports prominently that a suite does not run. @throws if the venv was requested by name. */
export function missing(reason: string): string {
  if (venvOnly()) throw new Error(`KITH_TEST_SERVERS=venv, but ${reason}`)
  noteSkipped(reason)
  return reason
}
