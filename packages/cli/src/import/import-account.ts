import { setTimeout as sleep } from 'node:timers/promises'
import type { FieldError, ImportInput, Kith } from '@kith/core'
import type { UserRecord } from '@kith/core/ports'

/** What became of one line. */
export type LineResult =
  | { outcome: 'imported' | 'present' | 'blank' }
  | { outcome: 'refused'; code: string; reason: string; errors: readonly FieldError[] }

/** How often something is tried again that says it goes away by waiting. */
const tries = 5

/**
 * Imports the account of one line. One that is there already, with the same identifiers and the same password hash, is
 * `present`: a line may be imported again after a crash. Rejects where the next lines would fail as well.
 */
export async function importAccount(kith: Kith, text: string): Promise<LineResult> {
  if (text.trim() === '') return { outcome: 'blank' }
  const input = readLine(text)
  if (input === null) return refused('malformed', 'This line is no JSON object of at most 64 KiB.')
  for (let attempt = 1; ; attempt++) {
    try {
      await kith.accounts.import(input)
      return { outcome: 'imported' }
    } catch (error) {
      const { isKithError, isRetryLater } = await import('@kith/core')
      if (!isKithError(error)) throw error
      if (error.code === 'identifier-taken') {
        if (await isPresent(kith, input)) return { outcome: 'present' }
        return refused(error.code, 'Another account has its username, email or phone number.')
      }
      if (error.code === 'invalid-input') {
        const { errors } = error
        return refused(
          error.code,
          errors.map(({ path, message }) => `${path || 'input'}: ${message}`).join('; '),
          errors,
        )
      }
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

/** Identifiers are stored folded, so the account is found by its login and compared by what nobody else has: the hash. */
async function isPresent(kith: Kith, input: ImportInput): Promise<boolean> {
  const found: (UserRecord | null)[] = []
  for (const login of [input.username, input.email]) {
    if (login === undefined) continue
    const id = (await kith.accounts.find(login))?.id
    found.push(id === undefined ? null : await kith.storage.users.byId(id))
  }
  const [first = null] = found
  if (!first || found.some((each) => each?.id !== first.id)) return false
  return first.passwordHash === input.passwordHash
}

function refused(code: string, reason: string, errors: readonly FieldError[] = []): LineResult {
  return { outcome: 'refused', code, reason, errors }
}
