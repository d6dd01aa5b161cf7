import { errorTable, type PlainErrorCode } from '../error-table.ts'
import { isKithError, KithError, RetryLaterError } from '../errors.ts'

/** The verbs of a media process, by name. Arguments and results travel as JSON: file names and numbers, never bytes. */
export type MediaVerbs = Readonly<Record<string, (...values: never[]) => Promise<unknown>>>

/** One piece of work for a media process. */
export interface MediaJob<Verbs extends MediaVerbs, Verb extends keyof Verbs> {
  verb: Verb
  arguments: Parameters<Verbs[Verb]>
}

/** The output of a media process, a line of JSON each. */
export type MediaReply =
  | { kind: 'ready' }
  | { kind: 'started' }
  | { kind: 'value'; value: unknown }
  | { kind: 'failure'; failure: MediaFailure }

/** A serialized error from a media process. */
export interface MediaFailure {
  message: string
  /** Of a KithError, or of a system error such as `ENOENT`. */
  code?: string | undefined
  detail?: string | undefined
  syscall?: string | undefined
  isKith: boolean
}

/** Longer than any useful message of a decoder. */
const maxTextLength = 1_000

/** Serializes an error for the server. */
export function packFailure(error: unknown): MediaFailure {
  const { message, code, syscall } = (error instanceof Error ? error : new Error(String(error))) as Error & {
    code?: string
    syscall?: string
  }
  if (!isKithError(error)) return { isKith: false, message: cut(message), code, syscall }
  const { cause } = error
  const reason = cause instanceof Error ? cause.message : message
  return { isKith: true, message: cut(reason), code: error.code, detail: error.detail ?? undefined }
}

/** Deserializes an error from a process, which may send anything if one of its decoders was taken over. */
export function unpackFailure({ isKith, code, detail, message, syscall }: MediaFailure): Error {
  const cause = new Error(cut(String(message)))
  if (!isKith) return Object.assign(cause, { code, syscall })
  if (code === 'busy') return new RetryLaterError('busy', detail ? { seconds: 1, detail } : 1, cause)
  const known = isPlain(code) ? code : 'media-unreadable'
  return new KithError(known, { detail: detail === undefined ? undefined : cut(String(detail)), cause })
}

function isPlain(code: string | undefined): code is PlainErrorCode {
  return Object.entries(errorTable).some(([known, { carries }]) => known === code && carries === null)
}

function cut(text: string): string {
  return text.slice(0, maxTextLength)
}
