import crypto from 'node:crypto'
import * as z from 'zod'
import { exactText, parseInput } from '../input.ts'

/** All lone surrogates become the same byte, which would turn two ids into one account. */
const externalIdInput = z.strictObject({ externalId: exactText(1, 1_000) })

/** Never change it: the ids of all shadow accounts depend on it. */
const name = 'kith.shadow-account'

/**
 * The id of the account for a user of another system: a UUID of version 8, from a SHA-256 hash. Always the same for one
 * `externalId`. @throws invalid-input
 */
export function shadowId(externalId: string): string {
  parseInput(externalIdInput, { externalId })
  const bytes = crypto.hash('sha256', `${name} ${externalId}`, 'buffer').subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
