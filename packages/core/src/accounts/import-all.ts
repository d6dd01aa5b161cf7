import type { HostCause } from '../cause.ts'
import type { Core } from '../core.ts'
import type { ErrorCode } from '../error-table.ts'
import { isInvalidInput, isKithError } from '../errors.ts'
import type { FieldError } from '../field-errors.ts'
import type { HostUser } from '../profiles/user.ts'
import type { ImportInput } from './account-inputs.ts'
import { readLogin } from './identifiers.ts'

/** Options of {@link HostAccounts.importAll}. */
export interface ImportOptions extends HostCause {
  /** How many accounts at the start are skipped: those that are already done. @default 0 @reason The whole file. */
  from?: number | undefined
  /** How many are imported concurrently. @default 20 @reason Keeps the storage busy, with few accounts in memory. */
  atOnce?: number | undefined
}

/** The result for an account; `index` counts from 0. */
export type ImportResult =
  | { index: number; outcome: 'imported' | 'present'; userId: string }
  | {
      index: number
      outcome: 'refused'
      code: ErrorCode
      /** A sentence for the person who fixes the source. */
      reason: string
      errors: readonly FieldError[]
    }

interface Source {
  all: AsyncIterable<ImportInput> | Iterable<ImportInput>
  import(input: ImportInput, cause: HostCause): Promise<HostUser>
}

/** Imports accounts as they arrive, a few at a time. */
export async function* importAll(
  core: Core,
  source: Source,
  { from = 0, atOnce = 20, ...cause }: ImportOptions,
): AsyncGenerator<ImportResult, void, undefined> {
  const width = Math.max(1, Math.trunc(atOnce))
  const pending: Promise<ImportResult>[] = []

  async function importAt(index: number, input: ImportInput): Promise<ImportResult> {
    try {
      const { id: userId } = await source.import(input, cause)
      return { index, outcome: 'imported', userId }
    } catch (error) {
      if (!isKithError(error) || error.status >= 500) throw error
      const present = error.code === 'identifier-taken' ? await presentId(core, input) : null
      if (present !== null) return { index, outcome: 'present', userId: present }
      const errors = isInvalidInput(error) ? error.errors : []
      const reasons = errors.map(({ path, message }) => `${path || 'input'}: ${message}`)
      const { code, title } = error
      return { index, outcome: 'refused', code, reason: reasons.join('; ') || taken[code] || title, errors }
    }
  }

  try {
    let index = 0
    for await (const input of source.all) {
      if (index++ < from) continue
      const result = importAt(index - 1, input)
      // Awaited below, possibly after it fails.
      result.catch(() => {})
      pending.push(result)
      const first = pending.length >= width ? pending.shift() : undefined
      if (first) yield await first
    }
    for (let next = pending.shift(); next; next = pending.shift()) yield await next
  } finally {
    await Promise.allSettled(pending)
  }
}

const taken: Partial<Record<ErrorCode, string>> = {
  'identifier-taken': 'Another account has its username, email address or phone number.',
}

/**
 * The account that was imported from the same record before. Identifiers are stored folded, so it is found by its login
 * and compared by its hash.
 */
async function presentId(
  { storage: { users, credentials } }: Core,
  input: ImportInput,
): Promise<string | null> {
  const logins = [input.username, input.email].filter((login) => login !== undefined)
  const found = await Promise.all(logins.map((login) => users.byLogin(readLogin(login))))
  const [first = null] = found
  if (!first || found.some((each) => each?.id !== first.id)) return null
  // A registered account is not an imported one: it may have been there first, with the address of someone else.
  if (input.emailVerified && first.emailVerifiedAt === null) return null
  if (input.passwordHash === null && (await credentials.byUser(first.id)).length > 0) return null
  return first.passwordHash === input.passwordHash ? first.id : null
}
