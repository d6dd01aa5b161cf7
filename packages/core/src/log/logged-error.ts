import { isKithError } from '../errors.ts'
import type { LoggedError } from './logger.ts'
import { redact } from './redact.ts'

/** Errors are wrapped two or three times; more is a cycle or a mistake. */
const maxCauses = 5
/** V8 keeps 10 frames, unless the app asks for more. */
const maxFrames = 20

/** Describes an error for the log: name, message, code and the stack once, and the same for its causes. */
export function describeError(thrown: unknown, secrets: readonly string[] = []): LoggedError {
  const chain = chainOf(thrown)
  // The origin of the error, not where it was wrapped.
  const origin = chain.find((error) => !isKithError(error)) ?? thrown
  return chain.reduceRight<LoggedError | undefined>((cause, error) => {
    const described = describeOne(error, secrets)
    const stack = error === origin ? framesOf(error) : ''
    return { ...described, ...(stack !== '' && { stack }), ...(cause && { cause }) }
  }, undefined) as LoggedError
}

function chainOf(thrown: unknown): unknown[] {
  const chain = [thrown]
  while (chain.length <= maxCauses) {
    const next = causeOf(chain.at(-1))
    if (next === undefined || next === null || chain.includes(next)) break
    chain.push(next)
  }
  return chain
}

function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined
  // Node reports a host with several IP addresses that refuse as one error without a message.
  return error.cause ?? (error instanceof AggregateError ? (error.errors[0] as unknown) : undefined)
}

function describeOne(error: unknown, secrets: readonly string[]): LoggedError {
  if (typeof error === 'string') return { name: 'string', message: redact(error, secrets) }
  if (!(error instanceof Error))
    return { name: nameOfOther(error), message: 'A value that is not an Error was thrown.' }
  const code = codeOf(error)
  return {
    name: plain(error.name) ?? 'Error',
    message: redact(String(error.message), secrets),
    ...(code && { code }),
  }
}

function nameOfOther(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown === null ? null : typeof thrown)
  const { name } = (thrown.constructor as { name?: unknown } | undefined) ?? {}
  return name === undefined ? 'object' : (plain(name) ?? 'object')
}

function codeOf(error: Error): string | undefined {
  return 'code' in error ? plain(error.code) : undefined
}

/** A name or a code that cannot be anything else. */
function plain(value: unknown): string | undefined {
  return /^[\w .$-]{1,64}$/.test(String(value)) ? String(value) : undefined
}

/** The frames without the message before them, which may contain anything. */
function framesOf(error: unknown): string {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return ''
  // The message comes first, and may have lines that look like frames.
  const message = String(error.message)
  const from = message === '' ? -1 : error.stack.indexOf(message)
  const lines = (from < 0 ? error.stack : error.stack.slice(from + message.length)).split('\n')
  const frames = lines.filter((line) => /^ {4}at /.test(line))
  return frames.slice(0, maxFrames).join('\n')
}
