import { type FileHandle, open } from 'node:fs/promises'
import type { LineResult } from './import-account.ts'

/** The file of refused lines, each with its reason. Created with the first of them. */
export interface RefusedFile {
  /** Appends, and resolves to the new length of the file. */
  add(refusals: readonly (Refusal & { line: number })[]): Promise<number>
  close(): Promise<void>
}

type Refusal = Extract<LineResult, { outcome: 'refused' }>

/** Opens it. Anything after `length` was written by a run that died before it recorded that, and will be repeated. */
export function openRefusedFile(path: string, length: number): RefusedFile {
  let handle: FileHandle | null = null
  let end = length

  return {
    async add(refusals) {
      if (refusals.length === 0) return end
      if (!handle) {
        handle = await open(path, length === 0 ? 'w' : 'r+', 0o600)
        await handle.truncate(length)
      }
      const text = refusals
        .map(({ line, code, reason, errors }) => `${JSON.stringify({ line, code, reason, errors })}\n`)
        .join('')
      const { bytesWritten } = await handle.write(text, end)
      end += bytesWritten
      return end
    },
    async close() {
      await handle?.close()
    },
  }
}
