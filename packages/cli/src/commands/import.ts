import { createReadStream, existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Kith } from '@kith/core'
import { usageError } from '../cli-error.ts'
import { argument, type Command, type CommandContext, type Outcome } from '../command.ts'
import { importAccount, type LineResult } from '../import/import-account.ts'
import { type ImportState, type Journal, noJournal, openJournal } from '../import/journal.ts'
import { type Line, linesOf } from '../import/lines.ts'
import { openRefusedFile, type RefusedFile } from '../import/refused-file.ts'
import { count, type Progress } from '../terminal/progress.ts'

/** How many lines are recorded as done together, and how many accounts are created concurrently. */
const batchLines = 200
const atOnce = 20

/** `kith import` */
export const importAccounts: Command = {
  name: 'import',
  summary: 'Import accounts from another system, with their password hashes',
  details:
    'Reads lines of JSON: {"username", "email", "phone", "name", "bio", "passwordHash", "emailVerified", "phoneVerified", "createdAt", "fields", "ownFields"}, of which ' +
    'passwordHash is required and may be null. Refused lines go to <file>.refused.jsonl, with their reasons. An interrupted import ' +
    'continues where it stopped, and skips accounts that were imported before. passwords.legacy of the config defines the supported hashes.',
  args: [{ name: 'file', summary: 'lines of JSON; - for standard input' }],
  options: {
    'from-start': { summary: 'start over, even if an import of this file was interrupted' },
    refused: { value: 'FILE', summary: 'where refused lines go (required to keep them if the file is -)' },
  },
  failure: 'lines were refused, or it stopped before the end',
  examples: ['kith import users.jsonl', 'zcat users.jsonl.gz | kith import - --refused refused.jsonl'],
  async run(context) {
    const name = argument(context, 'file')
    const path = name === '-' ? null : resolve(context.cwd, name)
    if (path !== null && !existsSync(path))
      throw usageError(`${path} does not exist.`, 'Name a file of lines of JSON.')
    const { kith } = await context.open()
    await kith.storage.check()
    const fromStart = context.switches.has('from-start')
    const journal = path === null ? noJournal() : await openJournal(path, { fromStart })
    const { refused: named } = context.values
    const refusedPath = named ? resolve(context.cwd, named) : path === null ? null : `${path}.refused.jsonl`
    const refused = refusedPath === null ? null : openRefusedFile(refusedPath, journal.state.refusedBytes)
    const progress = context.output.progress('Importing')
    try {
      const state = await importAll({ kith, journal, refused, progress }, { path, context })
      await journal.remove()
      return outcomeOf(state, { resumedAfter: journal.state.line, refusedPath })
    } finally {
      progress.end()
      await refused?.close()
    }
  },
}

interface Parts {
  kith: Kith
  journal: Journal
  refused: RefusedFile | null
  progress: Progress
}

async function importAll(
  parts: Parts,
  { path, context }: { path: string | null; context: CommandContext },
): Promise<ImportState> {
  let state = parts.journal.state
  const total = path === null ? null : (await stat(path)).size
  const bytes = path === null ? process.stdin : createReadStream(path, { start: state.end })
  let batch: Line[] = []
  for await (const line of linesOf(bytes as AsyncIterable<Uint8Array>, {
    number: state.line,
    end: state.end,
  })) {
    batch.push(line)
    if (batch.length < batchLines) continue
    state = await importBatch(parts, { batch, state })
    batch = []
    parts.progress.update(total === null ? state.line : state.end, total)
    context.signal.throwIfAborted()
  }
  return batch.length === 0 ? state : await importBatch(parts, { batch, state })
}

/** Accounts first, then refused lines, then the record that both are done: each can be repeated after a crash. */
async function importBatch(
  { kith, journal, refused }: Parts,
  { batch, state }: { batch: readonly Line[]; state: ImportState },
): Promise<ImportState> {
  const results = new Map<number, LineResult>()
  const queue = [...batch]
  async function work(): Promise<void> {
    for (let line = queue.shift(); line; line = queue.shift()) {
      results.set(line.number, await importAccount(kith, line.text))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const refusals = batch.flatMap(({ number }) => {
    const result = results.get(number)
    return result?.outcome === 'refused' ? [{ ...result, line: number }] : []
  })
  const of = (outcome: LineResult['outcome']): number =>
    [...results.values()].filter((result) => result.outcome === outcome).length
  const last = batch.at(-1)
  const next: ImportState = {
    line: last?.number ?? state.line,
    end: last?.end ?? state.end,
    imported: state.imported + of('imported'),
    present: state.present + of('present'),
    refused: state.refused + refusals.length,
    refusedBytes: (await refused?.add(refusals)) ?? 0,
  }
  await journal.save(next)
  return next
}

function outcomeOf(
  { line, imported, present, refused }: ImportState,
  { resumedAfter, refusedPath }: { resumedAfter: number; refusedPath: string | null },
): Outcome {
  const where = refusedPath === null ? '' : `: see ${refusedPath}`
  return {
    data: {
      lines: line,
      imported,
      present,
      refused,
      resumedAfter,
      refusedFile: refused > 0 ? refusedPath : null,
    },
    lines: [
      ...(resumedAfter > 0 ? [`Continued after line ${count(resumedAfter)}.`] : []),
      `Imported ${count(imported)} accounts.`,
      ...(present > 0 ? [`${count(present)} existed already.`] : []),
      ...(refused > 0 ? [`${count(refused)} were refused${where}.`] : []),
    ],
    failed: refused > 0,
  }
}
