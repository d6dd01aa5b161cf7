import type { AuditEntry } from '@kith/core'
import { accountOf } from '../account-of.ts'
import { usageError } from '../cli-error.ts'
import type { Command } from '../command.ts'
import { columns } from '../terminal/columns.ts'
import { printable } from '../terminal/style.ts'

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** `kith audit` */
export const audit: Command = {
  name: 'audit',
  summary: 'List the security events of accounts',
  details:
    'Newest first: who did it, and from where. Without a user, for all accounts. For a deleted account, use its id. ' +
    'It needs the option `audit`, in the config file or as KITH_AUDIT_KEEP_FOR.',
  args: [{ name: 'user', summary: 'an id, a username or an email address', optional: true }],
  options: { last: { value: 'COUNT', summary: 'how many entries (50)' } },
  examples: ['kith audit ada', 'kith audit --last 200 --json'],
  async run(context) {
    const count = Number(context.values['last'] ?? 50)
    if (!Number.isSafeInteger(count) || count < 1)
      throw usageError('--last is not a number.', 'Give a whole number from 1 on, such as 200.')
    const { kith } = await context.open()
    const { user } = context.args
    const isId = user !== undefined && idPattern.test(user)
    const id = user === undefined ? null : isId ? user.toLowerCase() : (await accountOf(kith, user)).id
    const entries: AuditEntry[] = []
    let cursor: string | undefined
    do {
      const limit = Math.min(count - entries.length, 100)
      const page = await kith.audit.list(id, { limit, cursor })
      entries.push(...page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined && entries.length < count)
    const rows = entries.map(({ at, userId, action, actor, address, details }) => [
      at,
      userId,
      action,
      actor.userId === undefined ? actor.kind : `${actor.kind} ${actor.userId}`,
      printable(address ?? '-'),
      printable(JSON.stringify(details)),
    ])
    return {
      data: { entries },
      lines:
        rows.length === 0
          ? ['There are no entries.']
          : columns([['AT', 'ACCOUNT', 'ACTION', 'BY', 'ADDRESS', 'DETAILS'], ...rows]),
    }
  },
}
