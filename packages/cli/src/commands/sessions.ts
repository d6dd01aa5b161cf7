import type { Session } from '@kith/core'
import { accountOf, labelOf } from '../account-of.ts'
import { byOption, causeOf } from '../by.ts'
import { usageError } from '../cli-error.ts'
import { argument, type Command } from '../command.ts'
import { columns } from '../terminal/columns.ts'
import { printable } from '../terminal/style.ts'
import { endAndTell } from '../told-servers.ts'

const user = { name: 'user', summary: 'an id, a username or an email address' }

/** `kith sessions` */
export const sessions: Command = {
  name: 'sessions',
  summary: 'List the live sessions of an account',
  details:
    'Newest first, with where each was last used. For an account with the username "end", use its id or email address.',
  args: [user],
  examples: ['kith sessions ada', 'kith sessions ada@example.com --json'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    const found: Session[] = []
    let cursor: string | null = null
    do {
      const page: { items: Session[]; nextCursor: string | null } = await kith.sessions.list(account.id, {
        limit: 100,
        ...(cursor !== null && { cursor }),
      })
      found.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== null)
    const rows = found.map(({ id, lastUsedAt, address, deviceName, impersonated }) => [
      id,
      lastUsedAt,
      printable(address ?? '-'),
      impersonated ? '(an administrator acts as the account)' : printable(deviceName ?? '-'),
    ])
    return {
      data: {
        id: account.id,
        username: account.username,
        sessions: found.map(({ current: _current, ...session }) => session),
      },
      lines:
        rows.length === 0
          ? [`${labelOf(account)} has no live session.`]
          : [
              `${labelOf(account)} has ${rows.length}:`,
              ...columns([['SESSION', 'LAST USED', 'ADDRESS', 'DEVICE'], ...rows]),
            ],
    }
  },
}

/** `kith sessions end` */
export const endSessions: Command = {
  name: 'sessions end',
  summary: 'End one session of an account, or all of them',
  details:
    'The sessions end permanently. Their access tokens stop working immediately in servers that share revocations with @kith/redis, ' +
    'and otherwise when they expire; the exit code is 1 if those servers could not be notified.',
  args: [
    user,
    { name: 'session', summary: 'the id of a session: `kith sessions <user>` lists them', optional: true },
  ],
  options: { all: { summary: 'end all of them' }, ...byOption },
  asks: true,
  examples: [
    'kith sessions end ada --all',
    'kith sessions end ada 01a223fa-f2a5-7164-b02f-60ac79e35d01 --yes',
  ],
  async run(context) {
    const { session } = context.args
    const all = context.switches.has('all')
    if (all === (session !== undefined)) {
      throw usageError('The session to end is missing.', 'Give the id of one, or --all.')
    }
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    const which = session === undefined ? 'all sessions' : `session ${session}`
    const cause = await causeOf(kith, context)
    await context.confirm(`End ${which} of ${labelOf(account)}?`)
    const { isTold, line } = await endAndTell(kith, () =>
      session === undefined
        ? kith.sessions.endAll(account.id, cause)
        : kith.sessions.end(account.id, session, cause),
    )
    return {
      data: { id: account.id, username: account.username, ended: session ?? 'all', serversTold: isTold },
      lines: [`Ended ${which} of ${labelOf(account)}.`, line],
      failed: !isTold,
    }
  },
}
