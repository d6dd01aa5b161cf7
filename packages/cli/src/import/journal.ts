import { existsSync, readFileSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { CliError } from '../cli-error.ts'
import { replaceFile } from '../new-file.ts'

/** How far an import is. */
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

/** Remembers beside a file how far its import is, so that it goes on there after a crash. */
export interface Journal {
  /** Where to begin. */
  readonly state: ImportState
  /** Notes in one step that everything up to here is done. */
  save(state: ImportState): Promise<void>
  /** Forgets it: the import is over. */
  remove(): Promise<void>
}

interface Stored extends ImportState {
  /** Of the file that is imported. */
  size: number
  modified: number
}

const beginning: ImportState = { line: 0, end: 0, imported: 0, present: 0, refused: 0, refusedBytes: 0 }

/** Opens the journal of a file. @throws CliError where the file has changed since */
export async function openJournal(file: string, { fromStart }: { fromStart: boolean }): Promise<Journal> {
  const path = `${file}.kith-import`
  const { size, mtimeMs: modified } = await stat(file)
  const stored = existsSync(path) && !fromStart ? (JSON.parse(readFileSync(path, 'utf8')) as Stored) : null
  if (stored && (stored.size !== size || stored.modified !== modified)) {
    throw new CliError(`${file} has changed since its import stopped after line ${stored.line}.`, {
      hint: 'Give --from-start to begin again: accounts that are there already are passed over.',
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

/** The journal of what cannot be read twice, such as standard input. */
export function noJournal(): Journal {
  return { state: beginning, save: async () => {}, remove: async () => {} }
}
