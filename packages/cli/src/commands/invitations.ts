import type { Invitation } from '@kith/core'
import { accountOf, labelOf } from '../account-of.ts'
import { usageError } from '../cli-error.ts'
import { argument, type Command } from '../command.ts'
import { readDuration } from '../duration.ts'
import { columns } from '../terminal/columns.ts'
import { printable } from '../terminal/style.ts'

const user = { name: 'user', summary: 'an id, a username or an email address' }

/** `kith invite` */
export const invite: Command = {
  name: 'invite',
  summary: 'Create an invitation on behalf of an account',
  details:
    'Prints its code, which is shown only once: a registration sends it as "invitation". Used if accounts.signUp is "invite". Create the ' +
    'first account with create-admin.',
  args: [user],
  options: {
    uses: { value: 'NUMBER', summary: 'how many accounts it admits (1)' },
    lasts: { value: 'TIME', summary: 'for how long, such as 12h or 3d; at most accounts.invitations.lasts' },
    note: { value: 'TEXT', summary: 'what it is for' },
  },
  examples: ['kith invite ada', 'kith invite ada --uses 30 --lasts 3d --note "The choir"'],
  async run(context) {
    const { uses, lasts, note } = context.values
    const count = uses === undefined ? undefined : Number(uses)
    if (count !== undefined && !(Number.isInteger(count) && count > 0))
      throw usageError(`--uses ${uses} is not a number of accounts.`, 'Give a whole number, such as 30.')
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    const expiresAt =
      lasts === undefined ? undefined : new Date(Date.now() + readDuration(lasts, 'lasts') * 1000)
    const made = await kith.invitations.createFor(account.id, { uses: count, expiresAt, note })
    return {
      data: made,
      lines: [
        made.code,
        `It admits ${made.uses}, until ${made.expiresAt}, as a guest of ${labelOf(account)}.`,
      ],
    }
  },
}

/** `kith invitations` */
export const invitations: Command = {
  name: 'invitations',
  summary: 'List the invitations of an account, and who used them',
  args: [user],
  examples: ['kith invitations ada', 'kith invitations ada --json'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    const found = await kith.invitations.list(kith.viewerOf(account.id))
    const row = ({ id, state, uses, left, expiresAt, note, invited }: Invitation): string[] => [
      id,
      state,
      `${uses - left}/${uses}`,
      expiresAt,
      printable(note ?? '-'),
      printable(invited.map(({ username, id: invitedId }) => username ?? invitedId).join(', ') || '-'),
    ]
    return {
      data: { id: account.id, username: account.username, invitations: found },
      lines:
        found.length === 0
          ? [`${labelOf(account)} has no invitations.`]
          : columns([['ID', 'STATE', 'USED', 'UNTIL', 'NOTE', 'INVITED'], ...found.map(row)]),
    }
  },
}

/** `kith revoke-invitation` */
export const revokeInvitation: Command = {
  name: 'revoke-invitation',
  summary: 'Revoke an invitation; accounts that used it stay',
  args: [user, { name: 'invitation', summary: 'its id, as `kith invitations` shows it' }],
  examples: ['kith revoke-invitation ada 0199f3a4-5b1c-7d2e-8f00-112233445566'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    const id = argument(context, 'invitation')
    await kith.invitations.revokeOf(account.id, id)
    return { data: { id }, lines: [`Nobody can use ${id} any more.`] }
  },
}
