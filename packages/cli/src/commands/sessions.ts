import { accountOf, labelOf } from '../account-of.ts'
import { argument, type Command } from '../command.ts'
import { printable } from '../terminal/style.ts'

/** `kith sessions` */
export const sessions: Command = {
  name: 'sessions',
  summary: 'List the live sessions of an account',
  args: [{ name: 'user', summary: 'an id, a username or an email address' }],
  examples: ['kith sessions ada', 'kith sessions ada --json'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    const rows = await kith.storage.sessions.list(account.id, new Date(), { limit: 1000, before: null })
    const lines = rows.map(({ id, deviceName, address, rotatedAt, expiresAt }) =>
      [
        id,
        rotatedAt.toISOString(),
        expiresAt.toISOString(),
        printable(address ?? '-'),
        printable(deviceName ?? '-'),
      ].join('  '),
    )
    return {
      data: { id: account.id, username: account.username, sessions: rows },
      lines:
        lines.length === 0
          ? [`${labelOf(account)} has no live session.`]
          : [`${labelOf(account)} has ${lines.length}:`, 'ID  LAST USED  EXPIRES  ADDRESS  DEVICE', ...lines],
    }
  },
}
