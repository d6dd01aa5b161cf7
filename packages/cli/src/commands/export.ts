import { resolve } from 'node:path'
import { accountOf, labelOf } from '../account-of.ts'
import { argument, type Command, type CommandContext, type Outcome } from '../command.ts'
import { writeNewFile } from '../new-file.ts'
import { count } from '../terminal/progress.ts'

/** `kith export` */
export const exportAccount: Command = {
  name: 'export',
  summary: 'Write everything an account owns, as lines of JSON',
  details:
    'The same lines as GET /users/me/export: the account, its sessions, posts, uploads, likes, saves, follows and followers. Goes to ' +
    'standard output, or with --out to a file, which exists only once it is complete. It counts toward the export limit of the account.',
  args: [{ name: 'user', summary: 'an id, a username or an email address' }],
  options: { out: { value: 'FILE', summary: 'write to a file that does not exist yet' } },
  examples: ['kith export ada > ada.jsonl', 'kith export ada@example.com --out ada.jsonl'],
  async run(context) {
    const { kith } = await context.open()
    const account = await accountOf(kith, argument(context, 'user'))
    const lines = kith.accounts.export(kith.viewerOf(account.id))
    const { out } = context.values
    if (out === undefined) return await toOutput(lines, context)
    const path = resolve(context.cwd, out)
    let written = 0
    async function* counted(): AsyncGenerator<string> {
      for await (const line of lines) {
        context.signal.throwIfAborted()
        written++
        yield line
      }
    }
    await writeNewFile(path, counted())
    return {
      data: { id: account.id, file: path, lines: written },
      lines: [`Wrote ${count(written)} lines about ${labelOf(account)} to ${path}.`],
    }
  },
}

async function toOutput(lines: AsyncIterable<string>, { output, signal }: CommandContext): Promise<Outcome> {
  for await (const line of lines) {
    signal.throwIfAborted()
    await output.write(line)
  }
  return { data: null, lines: [] }
}
