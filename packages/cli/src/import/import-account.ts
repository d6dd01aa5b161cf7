import { setTimeout as sleep } from 'node:timers/promises'
import type { FieldError, ImportInput, Kith } from '@kith/core'

/** The result of one line. */
export type LineResult =
  | { outcome: 'imported' | 'present' | 'blank' }
  | { outcome: 'refused'; code: string; reason: string; errors: readonly FieldError[] }

/** How often a temporary failure is retried. */
const tries = 5

/**
 * Imports the account of one line. One that already exists, with the same identifiers and the same password hash, is
 * `present`: a line may be imported again after a crash. Rejects if the next lines would fail as well.
 */
export async function importAccount(kith: Kith, text: string): Promise<LineResult> {
  if (text.trim() === '') return { outcome: 'blank' }
  const input = readLine(text)
  if (input === null) return refused('malformed', 'This line is not a JSON object of at most 64 KiB.')
  for (let attempt = 1; ; attempt++) {
    try {
      for await (const result of kith.accounts.importAll([input])) return result
      return { outcome: 'blank' }
    } catch (error) {
      const { isRetryLater } = await import('@kith/core')
      if (!isRetryLater(error) || attempt === tries) throw error
      await sleep(error.retryAfterSeconds * 1000)
    }
  }
}

function readLine(text: string): ImportInput | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    const { createdAt, ...others } = value as Record<string, unknown>
    const date = typeof createdAt === 'string' ? new Date(createdAt) : createdAt
    return { ...others, ...(createdAt !== undefined && { createdAt: date }) } as unknown as ImportInput
  } catch {
    return null
  }
}

function refused(code: string, reason: string, errors: readonly FieldError[] = []): LineResult {
  return { outcome: 'refused', code, reason, errors }
}
