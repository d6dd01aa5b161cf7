import { accountOf, labelOf } from '../account-of.ts'
import { argument, type Command } from '../command.ts'
import { endAndTell } from '../told-servers.ts'

const user = { name: 'user', summary: 'an id, a username or an email address' }

/** `kith ban` */
export const ban: Command = {
  name: 'ban',
  summary: 'Suspend an account and end its sessions',
  details:
    'The account, its posts and its media disappear for others and come back with `kith unban`. Its sessions end for good. ' +
    'Access tokens that are out already stop immediately in servers that share revocations by @kith/redis, and otherwise when they expire; the exit code is 1 where those could not be told.',
  args: [user],
  asks: true,
  examples: ['kith ban ada', 'kith ban ada@example.com --yes'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    await context.confirm(`Ban ${labelOf(account)}?`)
    const { isTold, line } = await endAndTell(kith, () => kith.accounts.ban(account.id))
    return {
      data: { id: account.id, username: account.username, banned: true, serversTold: isTold },
      lines: [`${labelOf(account)} is banned, and its sessions have ended.`, line],
      failed: !isTold,
    }
  },
}

/** `kith unban` */
export const unban: Command = {
  name: 'unban',
  summary: 'Lift a suspension',
  args: [user],
  examples: ['kith unban ada'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    await kith.accounts.unban(account.id)
    await kith.settled()
    return {
      data: { id: account.id, username: account.username, banned: false },
      lines: [
        account.bannedAt ? `${labelOf(account)} can sign in again.` : `${labelOf(account)} was not banned.`,
      ],
    }
  },
}
