import type { HostCause, Kith } from '@kith/core'
import { accountOf } from './account-of.ts'
import type { Command, CommandContext } from './command.ts'

/** The option of commands that change the account of somebody. */
export const byOption: NonNullable<Command['options']> = {
  by: { value: 'USER', summary: 'the administrator who wants it: the audit log names them' },
}

/** By whom a command makes its change. @throws CliError where there is no such account */
export async function causeOf(kith: Kith, { values }: Pick<CommandContext, 'values'>): Promise<HostCause> {
  const by = values['by']
  return by === undefined ? {} : { by: kith.viewerOf((await accountOf(kith, by)).id) }
}
