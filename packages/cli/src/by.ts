import type { HostCause, Kith } from '@kith/core'
import { accountOf } from './account-of.ts'
import type { Command, CommandContext } from './command.ts'

/** The option of commands that change someone's account. */
export const byOption: NonNullable<Command['options']> = {
  by: { value: 'USER', summary: 'the administrator who requested it, for the audit log' },
}

/** On whose behalf a command makes its change. @throws CliError if the account does not exist */
export async function causeOf(kith: Kith, { values }: Pick<CommandContext, 'values'>): Promise<HostCause> {
  const by = values['by']
  return by === undefined ? {} : { by: kith.viewerOf((await accountOf(kith, by)).id) }
}
