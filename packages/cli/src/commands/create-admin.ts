import { text } from 'node:stream/consumers'
import { accountOf, labelOf } from '../account-of.ts'
import { CliError, usageError } from '../cli-error.ts'
import type { Command, CommandContext } from '../command.ts'
import { askHidden, isInteractive } from '../terminal/ask.ts'

/** `kith create-admin` */
export const createAdmin: Command = {
  name: 'create-admin',
  summary: 'Create an account with a role, or give an account a role',
  details:
    'For the first admin of an app. The password is entered at the terminal, or read from standard input with --password-stdin, and never ' +
    'taken from the command line. With --existing, an existing account gets the role and keeps its password.',
  options: {
    username: { value: 'NAME', summary: 'the username' },
    email: { value: 'ADDRESS', summary: 'the email address' },
    role: { value: 'ROLE', summary: 'a role other than admin' },
    existing: { summary: 'give the role to the existing account with this username or email address' },
    'password-stdin': { summary: 'read the password from standard input' },
  },
  examples: [
    'kith create-admin --username ada --email ada@example.com',
    'kith create-admin --username ada --existing --role moderator',
    'printf %s "$PASSWORD" | kith create-admin --username ada --password-stdin',
  ],
  async run(context) {
    const { username, email, role = 'admin' } = context.values
    const login = username ?? email
    if (login === undefined) throw usageError('The account has no name.', 'Give --username, --email or both.')
    const { kith } = await context.open()
    const { id } = context.switches.has('existing')
      ? await accountOf(kith, login)
      : await create(context, { username, email })
    await kith.accounts.setRole(id, role)
    const account = await accountOf(kith, id)
    return {
      data: { id, username: account.username, email: account.email, role },
      lines: [`${labelOf(account)} has the role ${role}.`],
    }
  },
}

async function create(
  context: CommandContext,
  names: { username: string | undefined; email: string | undefined },
): Promise<{ id: string }> {
  const { kith } = await context.open()
  const password = await readPassword(context)
  try {
    return await kith.accounts.create({ ...names, password })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'identifier-taken') throw error
    throw new CliError('An account already has this username or email address.', {
      hint: 'To give it the role, add --existing. If this command was stopped before, that finishes it.',
      cause: error,
    })
  }
}

async function readPassword({ switches, signal }: CommandContext): Promise<string> {
  if (switches.has('password-stdin')) return (await text(process.stdin)).replace(/\r?\n$/, '')
  const terminal = { stdin: process.stdin, stderr: process.stderr, signal }
  if (!isInteractive(terminal)) {
    throw usageError(
      'There is no terminal to enter the password.',
      'Give it on standard input with --password-stdin.',
    )
  }
  const password = await askHidden('Password: ', terminal)
  if (password === (await askHidden('Again: ', terminal))) return password
  throw new CliError('The two passwords differ.', { hint: 'Run it again.' })
}
