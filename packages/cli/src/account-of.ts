import type { HostUser, Kith } from '@kith/core'
import { CliError } from './cli-error.ts'
import { printable } from './terminal/style.ts'

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The account that an operator names by id, username or email address. @throws CliError if it does not exist */
export async function accountOf(kith: Kith, name: string): Promise<HostUser> {
  const { accounts } = kith
  const account = await (idPattern.test(name) ? accounts.byId(name.toLowerCase()) : accounts.find(name))
  if (account) return account
  throw new CliError(`No account has the id, username or email address "${name}".`, {
    hint: 'Deleted accounts cannot be found. Check the spelling, and that this is the right database: `kith info`.',
  })
}

/** The name of an account in output. */
export function labelOf({ id, username, email }: Pick<HostUser, 'id' | 'username' | 'email'>): string {
  const name = username ?? email
  return name === null ? id : `${printable(name)} (${id})`
}
