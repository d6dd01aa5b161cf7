import assert from 'node:assert/strict'
import type { CodeRecord, CodeStore, CodeTry, Storage } from '@kith/core/ports'
import { later } from '../records.ts'

/** The codes, and where their rows wait. */
export type CodingStores = Pick<Storage, 'codes' | 'outbox' | 'messages'>

/** An attempt with the first secret of a code, a second after the sample records were made. */
export function tryOf(code: CodeRecord, fields: Partial<CodeTry> = {}): CodeTry {
  const { purpose, subject, hashes } = code
  return { purpose, subject, hash: hashes[0] ?? '', now: later(1_000), ...fields }
}

/** An attempt with a secret of no code. */
export function wrongTryOf(code: CodeRecord, fields: Partial<CodeTry> = {}): CodeTry {
  return tryOf(code, { hash: 'Wrong', ...fields })
}

/** The live code with this purpose and subject. */
export async function current(
  codes: CodeStore,
  code: CodeRecord,
  now: Date = later(1_000),
): Promise<CodeRecord | null> {
  const { purpose, subject } = code
  return await codes.find({ purpose, subject, now })
}

/** Uses up this many attempts of a code. */
export async function miss(codes: CodeStore, code: CodeRecord, times: number): Promise<void> {
  for (let time = 0; time < times; time++)
    assert.deepEqual(await codes.consume(wrongTryOf(code)), { outcome: 'wrong' })
}

/** How many of these results have this outcome. */
export function countOf(answers: readonly { outcome: string }[], outcome: string): number {
  return answers.filter((answer) => answer.outcome === outcome).length
}
