import type { CodeRecord, CodeTry } from '@kith/core/ports'
import type { Identified } from './collection.ts'

/** A code. Its id consists of its purpose and subject, so there is one for both. */
export interface CodeDocument extends Identified, CodeRecord {}

/** The id of the code of a purpose and a subject. */
export function codeId({ purpose, subject }: Pick<CodeTry, 'purpose' | 'subject'>): string {
  return JSON.stringify([purpose, subject])
}

/** A new code. */
export function codeDocument(code: CodeRecord): CodeDocument {
  return { _id: codeId(code), ...code }
}

/** A code from its document. */
export function codeFrom({ _id, ...code }: CodeDocument): CodeRecord {
  return code
}
