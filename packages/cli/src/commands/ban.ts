import { accountOf, labelOf } from '../account-of.ts'
import { byOption, causeOf } from '../by.ts'
import { argument, type Command } from '../command.ts'
import { readDuration } from '../duration.ts'
import { endAndTell } from '../told-servers.ts'

const user = { name: 'user', summary: 'an id, a username or an email address' }

/** `kith ban` */
export const ban: Command = {
  name: 'ban',
  summary: 'Suspend an account and end its sessions',
  details:
    'The account, its posts and its media are hidden from others until `kith unban`. Its sessions end permanently. ' +
    'Its access tokens stop working immediately in servers that share revocations with @kith/redis, and otherwise when they expire; the exit code is 1 if those servers could not be notified.',
  args: [user],
  options: {
    reason: { value: 'TEXT', summary: 'the reason, shown to its owner after the right password' },
    for: { value: 'TIME', summary: 'how long, such as 12h or 30d (permanent)' },
    ...byOption,
  },
  asks: true,
  examples: ['kith ban ada', 'kith ban ada@example.com --reason "Spam in comments" --for 30d --yes'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    const { reason, for: time } = context.values
    const until = time === undefined ? undefined : new Date(Date.now() + readDuration(time, 'for') * 1000)
    const cause = await causeOf(kith, context)
    await context.confirm(`Ban ${labelOf(account)}?`)
    const { isTold, line } = await endAndTell(kith, () =>
      kith.accounts.ban(account.id, { reason, until }, cause),
    )
    return {
      data: {
        id: account.id,
        username: account.username,
        banned: true,
        until: until?.toISOString() ?? null,
        serversTold: isTold,
      },
      lines: [
        `${labelOf(account)} is banned${until ? ` until ${until.toISOString()}` : ''}, and its sessions have ended.`,
        line,
      ],
      failed: !isTold,
    }
  },
}

/** `kith unban` */
export const unban: Command = {
  name: 'unban',
  summary: 'Lift a suspension',
  args: [user],
  options: byOption,
  examples: ['kith unban ada', 'kith unban ada --by grace'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    await kith.accounts.unban(account.id, await causeOf(kith, context))
    await kith.settled()
    return {
      data: { id: account.id, username: account.username, banned: false },
      lines: [
        account.bannedAt ? `${labelOf(account)} can sign in again.` : `${labelOf(account)} was not banned.`,
      ],
    }
  },
}
