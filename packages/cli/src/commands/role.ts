import { accountOf, labelOf } from '../account-of.ts'
import { byOption, causeOf } from '../by.ts'
import { argument, type Command } from '../command.ts'
import { endAndTell } from '../told-servers.ts'

/** `kith role` */
export const role: Command = {
  name: 'role',
  summary: 'Show the role of an account, or change it',
  details:
    'Guards that require a role use the new one from the next request on. If the account acts as another one, that ends immediately in ' +
    'servers that share revocations with @kith/redis, and otherwise when its access token expires; the exit code is 1 if those servers could not be notified.',
  args: [
    { name: 'user', summary: 'an id, a username or an email address' },
    { name: 'role', summary: 'member, moderator, admin, or a role of the app', optional: true },
  ],
  options: byOption,
  asks: true,
  examples: ['kith role ada', 'kith role ada moderator --by grace', 'kith role ada member --yes'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    const { role: next } = context.args
    const { id, username, role: before } = account
    if (next === undefined)
      return { data: { id, username, role: before }, lines: [`${labelOf(account)} is ${before}.`] }
    const cause = await causeOf(kith, context)
    await context.confirm(`Make ${labelOf(account)}, who is ${before}, ${next}?`)
    const { isTold, line } = await endAndTell(kith, () => kith.accounts.setRole(id, next, cause))
    return {
      data: { id, username, role: next, before, serversTold: isTold },
      lines: [`${labelOf(account)} was ${before} and is ${next}.`, line],
      failed: !isTold,
    }
  },
}
