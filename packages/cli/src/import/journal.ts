import { existsSync, readFileSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { CliError } from '../cli-error.ts'
import { replaceFile } from '../new-file.ts'

/** The progress of an import. */
export interface ImportState {
  /** Lines that are done, and where the next one begins. */
  line: number
  end: number
  imported: number
  present: number
  refused: number
  /** How long the file of refused lines is. */
  refusedBytes: number
}

/** Records the progress of an import next to its file, so that it continues there after a crash. */
export interface Journal {
  /** Where to begin. */
  readonly state: ImportState
  /** Records in one step that everything up to here is done. */
  save(state: ImportState): Promise<void>
  /** Removes it: the import is done. */
  remove(): Promise<void>
}

interface Stored extends ImportState {
  /** Of the file that is imported. */
  size: number
  modified: number
}

const beginning: ImportState = { line: 0, end: 0, imported: 0, present: 0, refused: 0, refusedBytes: 0 }

/** Opens the journal of a file. @throws CliError if the file has changed since */
export async function openJournal(file: string, { fromStart }: { fromStart: boolean }): Promise<Journal> {
  const path = `${file}.kith-import`
  const { size, mtimeMs: modified } = await stat(file)
  const stored = existsSync(path) && !fromStart ? (JSON.parse(readFileSync(path, 'utf8')) as Stored) : null
  if (stored && (stored.size !== size || stored.modified !== modified)) {
    throw new CliError(`${file} has changed since its import stopped after line ${stored.line}.`, {
      hint: 'Use --from-start to start over: existing accounts are skipped.',
    })
  }
  return {
    state: stored ?? beginning,
    async save(state) {
      const text = JSON.stringify({ ...state, size, modified } satisfies Stored)
      await replaceFile(path, [text])
    },
    remove: () => rm(path, { force: true }),
  }
}

/** The journal of an input that cannot be read twice, such as standard input. */
export function noJournal(): Journal {
  return { state: beginning, save: async () => {}, remove: async () => {} }
}
