import { Readable } from 'node:stream'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { InvalidInputError, isKithError, KithError } from '@kith/core'
import { type BodyPace, readPaced } from './body-pace.ts'
import { hastenCollection } from './hasten-collection.ts'
import type { HttpRequest } from './http-request.ts'

/** Consumes a file. */
type Take<Result> = (bytes: AsyncIterable<Uint8Array>) => Promise<Result>

/** A request with a file in its body. */
export interface UploadSource {
  request: HttpRequest
  /** The minimum pace of the file. */
  pace: BodyPace
}

/**
 * Reads the file of a request as a stream: the body itself, or the part `file` of a multipart form.
 * @throws unsupported-media-type, malformed-request, invalid-input, request-timeout
 */
export async function readUpload<Result>(
  { request, pace }: UploadSource,
  take: Take<Result>,
): Promise<Result> {
  const type = request.headers.get('content-type') ?? ''
  const isForm = /^multipart\/form-data\b/i.test(type)
  if (!isForm && !/^(?:image|video)\/|^application\/octet-stream\b/i.test(type)) {
    throw new KithError('unsupported-media-type', {
      detail:
        'Send multipart/form-data with the file as `file`, or the file itself with its own content type.',
    })
  }
  const body = request.body()
  if (body === null) throw missing()
  const bytes = received(body, pace)
  return isForm ? await readMultipart(bytes, type, take) : await take(bytes)
}

/** A timeout has its own error; anything else is a broken connection. */
async function* received(body: AsyncIterable<Uint8Array>, pace: BodyPace): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of readPaced(body, pace)) {
      hastenCollection(chunk.byteLength)
      yield chunk
    }
  } catch (error) {
    throw isKithError(error) ? error : malformed('The upload ended early.', error)
  }
}

async function readMultipart<Result>(
  bytes: AsyncIterable<Uint8Array>,
  type: string,
  take: Take<Result>,
): Promise<Result> {
  const form = openForm(type)
  const body = Readable.from(bytes, { objectMode: false })
  let part: { file: Readable; taken: Promise<Result> } | null = null
  try {
    return await new Promise<Result>((resolve, reject) => {
      form.on('file', (name, file) => {
        // A truncated part has its own error, which `take` sees, or nobody needs.
        file.on('error', () => {})
        if (name !== 'file' || part) {
          file.resume()
          reject(unknownField(name))
          return
        }
        part = { file, taken: take(file) }
        part.taken.catch(reject)
      })
      form.on('field', (name) => reject(unknownField(name)))
      form.on('error', (error) => reject(malformed('The form cannot be read.', error)))
      form.on('finish', () => void (part ? part.taken.then(resolve, reject) : reject(missing())))
      body.on('error', reject)
      body.pipe(form)
    })
  } catch (error) {
    await giveUp(part, error)
    throw error
  } finally {
    body.unpipe(form).destroy()
  }
}

// The consumer must see the end of the file, to clean up what it has stored so far.
async function giveUp(
  part: { file: Readable; taken: Promise<unknown> } | null,
  error: unknown,
): Promise<void> {
  if (!part) return
  part.file.destroy(error instanceof Error ? error : new Error('the upload was aborted'))
  await part.taken.catch(() => {})
}

function openForm(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { files: 2, fields: 5, parts: 8, headerPairs: 50, fieldSize: 1024 },
    })
  } catch (error) {
    throw malformed('The form has no boundary.', error)
  }
}

function unknownField(name: string): KithError {
  return new InvalidInputError([
    {
      path: name.slice(0, 100),
      code: 'unknown-field',
      message: 'Send one file, as `file`, and nothing else',
    },
  ])
}

function missing(): KithError {
  return new InvalidInputError([{ path: 'file', code: 'required', message: 'Send a file' }])
}

function malformed(detail: string, cause: unknown): KithError {
  return new KithError('malformed-request', { detail, cause })
}
