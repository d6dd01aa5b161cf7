import { InvalidInputError, KithError } from '@kith/core'
import { readPaced } from './body-pace.ts'
import type { HttpRequest } from './http-request.ts'
import { readQuery } from './query.ts'

/** A request whose body is to be read. */
export interface BodySource {
  request: HttpRequest
  limitBytes: number
  /** How long the sender may take for all of it. */
  timeoutSeconds: number
}

/**
 * Reads a JSON object; a missing body counts as an empty one.
 * @throws payload-too-large, request-timeout, unsupported-media-type, malformed-request, invalid-input
 */
export async function readJsonBody({ request, ...limits }: BodySource): Promise<object> {
  const { parsedBody, headers } = request
  if (Number(headers.get('content-length') ?? 0) > limits.limitBytes) throw tooLarge(limits.limitBytes)
  let value: unknown
  if (parsedBody === undefined) {
    const body = request.body()
    // Read first: a chunked body may turn out to be empty.
    const bytes = body && (await readBytes(body, limits))
    if (bytes === null || bytes.byteLength === 0) return {}
    demandJson(request, false)
    value = parse(bytes)
  } else {
    demandJson(request, true)
    value = checkParsed(parsedBody)
  }
  if (!isShallow(value, maxDepth)) throw malformed('It is nested too deeply.')
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  const message = 'The body has to be a JSON object'
  throw new InvalidInputError([{ path: '', code: 'wrong-type', expected: 'object', message }])
}

/** The content type of a form of fields. */
export const formType = 'application/x-www-form-urlencoded'

/**
 * Reads a form of fields, as a page posts it; a repeated field is a list. @throws payload-too-large, request-timeout,
 * unsupported-media-type, malformed-request
 */
export async function readFormBody({ request, ...limits }: BodySource): Promise<object> {
  const { parsedBody, headers } = request
  if (!headers.get('content-type')?.toLowerCase().startsWith(formType))
    throw new KithError('unsupported-media-type', { detail: `Send a form as \`${formType}\`.` })
  if (typeof parsedBody === 'object' && parsedBody !== null && !(parsedBody instanceof Uint8Array))
    return parsedBody
  if (parsedBody !== undefined) throw new TypeError(consumedMessage)
  const body = request.body()
  const bytes = body && (await readBytes(body, limits))
  return readQuery(new TextDecoder().decode(bytes ?? undefined))
}

/** Deeper than any input of ours. */
const maxDepth = 16

function demandJson({ headers }: HttpRequest, parsed: boolean): void {
  const type = headers.get('content-type') ?? ''
  if (!/^application\/json *(?:; *charset="?utf-8"? *)?;?$/i.test(type))
    throw new KithError('unsupported-media-type', { detail: 'Send JSON as `application/json`, in UTF-8.' })
  const encoding = headers.get('content-encoding') ?? 'identity'
  if (!parsed && encoding !== 'identity')
    throw new KithError('unsupported-media-type', { detail: 'Send the body without a content encoding.' })
}

async function readBytes(
  body: AsyncIterable<Uint8Array>,
  { limitBytes, timeoutSeconds }: Omit<BodySource, 'request'>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    // Leaving the loop releases the body, so nothing past the limit is read.
    for await (const chunk of readPaced(body, { graceSeconds: timeoutSeconds, bytesPerSecond: 0 })) {
      length += chunk.byteLength
      if (length > limitBytes) throw tooLarge(limitBytes)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof KithError) throw error
    throw malformed('The body ended early.', error)
  }
  return Buffer.concat(chunks, length)
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    // The cause is dropped: a syntax error quotes the body, which may contain a password.
    throw malformed(
      error instanceof SyntaxError ? 'The body is not valid JSON.' : 'The body is not valid UTF-8.',
    )
  }
}

function checkParsed(value: unknown): unknown {
  if (value instanceof Uint8Array) throw new TypeError(consumedMessage)
  if (typeof value === 'string')
    throw malformed('The body has to be a JSON object; it reached Kith as a string.')
  return value
}

/** For a body that was read by something else, and is gone. */
export const consumedMessage =
  'The request body was read before it reached Kith: mount the routes of Kith before other body parsers than a JSON one'

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1))
}

function tooLarge(limitBytes: number): KithError {
  return new KithError('payload-too-large', { detail: `Send at most ${limitBytes} bytes.` })
}

function malformed(detail: string, cause?: unknown): KithError {
  return new KithError('malformed-request', { detail, cause })
}
