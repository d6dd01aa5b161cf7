import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError, usageError } from '../cli-error.ts'
import type { Command, CommandContext } from '../command.ts'
import { inWords } from '../duration.ts'
import { replaceFile } from '../new-file.ts'

/** `kith rotate-keys` */
export const rotateKeys: Command = {
  name: 'rotate-keys',
  summary: 'Create a new secret, and explain how to switch to it without ending sessions',
  details:
    'Tokens that were signed with the old secret keep working while it is in `previous`. The old secret can be removed when the last ' +
    'of its tokens has expired. With --write it changes KITH_SECRET and KITH_PREVIOUS_SECRETS in an env file, and shows no secret.',
  options: { write: { value: 'FILE', summary: 'change the secret in this env file' } },
  examples: ['kith rotate-keys', 'kith rotate-keys --write .env'],
  async run(context) {
    const seconds = await longestTokenLife(context)
    const removable = new Date(Date.now() + seconds * 1000).toISOString().slice(0, 10)
    const next = randomBytes(32).toString('base64')
    const { write } = context.values
    const rest = [
      'If servers restart one after the other, deploy twice: first { current: OLD, previous: [NEW] }, so that all have the new one.',
      `The old secret can be removed on ${removable} or later: until then it has signed refresh tokens, which live for ${inWords(seconds)}.`,
      'Device tokens live longer: a device that has not signed in since counts as unknown for the lockout once the old secret is removed.',
    ]
    if (write === undefined) {
      const lines = [
        'A new secret:',
        '',
        `  ${next}`,
        '',
        'Pass it to createKith as the current one, and the present secret as a previous one:',
        '',
        '  secret: { current: NEW, previous: [OLD] }',
        '',
        ...rest,
      ]
      return { data: { secret: next, previousUntil: removable, longestTokenSeconds: seconds }, lines }
    }
    const path = resolve(context.cwd, write)
    const { mode } = await rewrite(path, next)
    return {
      data: { file: path, previousUntil: removable, longestTokenSeconds: seconds },
      lines: [
        `${path} has the new secret as KITH_SECRET and the old one in KITH_PREVIOUS_SECRETS.`,
        ...((mode & 0o004) === 0
          ? []
          : ['Every user of this machine can read it: `chmod 640`, and give it to the group of your app.']),
        ...rest,
      ],
    }
  },
}

/**
 * A refresh token is signed again at each refresh, so none is older than the lifetime of a refresh, or of its session.
 */
async function longestTokenLife(context: CommandContext): Promise<number> {
  const { kith } = await context.open()
  const { accessTtlSeconds, refreshTtlSeconds, maxLifetimeSeconds } = kith.config.sessions
  return Math.max(accessTtlSeconds, Math.min(refreshTtlSeconds, maxLifetimeSeconds))
}

async function rewrite(path: string, next: string): Promise<Stats> {
  if (!existsSync(path)) throw usageError(`${path} does not exist.`, 'Give --write the env file of your app.')
  const text = readFileSync(path, 'utf8')
  const current = valueOf(text, 'KITH_SECRET')
  if (!current) {
    throw new CliError(`${path} sets no KITH_SECRET.`, {
      hint: 'Run `kith rotate-keys` without --write and change the secret where your app has it.',
    })
  }
  const previous = valueOf(text, 'KITH_PREVIOUS_SECRETS')
  const all = [current, ...(previous ? previous.split(',') : [])].join(',')
  const changed = setValue(setValue(text, 'KITH_SECRET', next), 'KITH_PREVIOUS_SECRETS', all)
  // A deploy may link to it, and the app may run as another user.
  const target = realpathSync(path)
  const found = statSync(target)
  await replaceFile(target, [changed], found)
  return found
}

function lineOf(name: string): RegExp {
  return new RegExp(`^(?:export +)?${name}=(.*)$`, 'm')
}

function valueOf(text: string, name: string): string | null {
  const value = lineOf(name).exec(text)?.[1]?.trim()
  return value === undefined ? null : value.replace(/^(["'`])(.*)\1$/, '$2')
}

function setValue(text: string, name: string, value: string): string {
  const line = `${name}=${value}`
  if (lineOf(name).test(text)) return text.replace(lineOf(name), () => line)
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`
}
