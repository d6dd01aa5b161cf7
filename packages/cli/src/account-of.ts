import type { Kith } from '@kith/core'
import type { UserRecord } from '@kith/core/ports'
import { CliError } from './cli-error.ts'
import { printable } from './terminal/style.ts'

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The account that an operator names by id, username or email address. @throws CliError where there is none */
export async function accountOf(kith: Kith, name: string): Promise<UserRecord> {
  const { users } = kith.storage
  const id = idPattern.test(name) ? name.toLowerCase() : (await kith.accounts.find(name))?.id
  const account = id === undefined ? null : await users.byId(id)
  if (account) return account
  throw new CliError(`No account has the id, username or email address "${name}".`, {
    hint: 'Accounts that were deleted cannot be found. Check the spelling, and that this is the right database: `kith info`.',
  })
}

/** How an account is called in output. */
export function labelOf({ id, username, email }: UserRecord): string {
  const name = username ?? email
  return name === null ? id : `${printable(name)} (${id})`
}
