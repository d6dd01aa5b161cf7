import type { HostUser } from '@kith/core'
import { accountOf, labelOf } from '../account-of.ts'
import { argument, type Command } from '../command.ts'
import { columns } from '../terminal/columns.ts'
import { printable } from '../terminal/style.ts'

const user = { name: 'user', summary: 'an id, a username or an email address' }

/** `kith applications` */
export const applications: Command = {
  name: 'applications',
  summary: 'List the accounts that wait for approval, newest first',
  details: 'Only with accounts.signUp "approval".',
  examples: ['kith applications', 'kith applications --json'],
  async run(context) {
    const { kith } = await context.open()
    const found: HostUser[] = []
    let cursor: string | null = null
    do {
      const page: { items: HostUser[]; nextCursor: string | null } = await kith.approvals.list({
        limit: 100,
        ...(cursor !== null && { cursor }),
      })
      found.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== null)
    const row = ({ id, username, email, waitingSince }: HostUser): string[] => [
      id,
      printable(username ?? '-'),
      printable(email ?? '-'),
      waitingSince ?? '-',
    ]
    return {
      data: { applications: found },
      lines:
        found.length === 0
          ? ['No account is waiting for approval.']
          : columns([['ID', 'USERNAME', 'EMAIL', 'SINCE'], ...found.map(row)]),
    }
  },
}

/** `kith approve` */
export const approve: Command = {
  name: 'approve',
  summary: 'Approve an account that waits for approval, and notify its owner',
  args: [user],
  examples: ['kith approve ada'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    await kith.approvals.approve(account.id)
    return { data: { id: account.id }, lines: [`${labelOf(account)} can sign in now.`] }
  },
}

/** `kith refuse` */
export const refuse: Command = {
  name: 'refuse',
  summary: 'Delete an account that waits for approval; its names are free again',
  args: [user],
  asks: true,
  examples: ['kith refuse spammer', 'kith refuse spammer --yes'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    await context.confirm(`Refuse ${labelOf(account)}? The account is deleted.`)
    await kith.approvals.refuse(account.id)
    return { data: { id: account.id }, lines: [`${labelOf(account)} was refused and deleted.`] }
  },
}
