import { setTimeout as wait } from 'node:timers/promises'
import { isKithError } from '@kith/core'
import { type Patience, within } from '@kith/core/adapter'
import { explain, Refusal, type ToldError } from './cloudinary-errors.ts'

// Not the SDK's client: its time-outs do not apply while bytes trickle in, it cannot be aborted, its errors contain key
// and secret, and its host is a process-wide setting.

/** The default maximum duration of a request with all its retries, and of a pause in a body. */
const patienceMillis = 10_000
export const patience: Patience = Object.freeze({ millis: patienceMillis })

/** The delays before retries. */
const retryMillis: readonly number[] = [200, 800]

/** A request. */
export interface CloudinaryRequest extends Pick<Patience, 'millis' | 'signal'> {
  method: 'GET' | 'POST' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: FormData | string
  /**
   * Whether it can safely be carried out twice. Otherwise it is retried only if it was refused because of a rate limit.
   */
  isRepeatable: boolean
  /** Counts an attempt about to be made, and may refuse it. */
  count?: (() => void) | undefined
}

/** The maximum size of a response other than a file: a list of 500 assets is smaller. */
const mostAnswerBytes = 4 * 1024 * 1024

/** Makes a request, retries it if that can help, and consumes the response, all within the time limit. */
export async function ask<Used>(
  fetch: typeof globalThis.fetch,
  request: CloudinaryRequest,
  use: (response: Response) => Promise<Used>,
): Promise<Used> {
  const { method, url, headers = {}, body = null, millis = patience.millis } = request
  async function persist(signal: AbortSignal): Promise<Used> {
    for (let attempt = 0; ; attempt++) {
      try {
        request.count?.()
        const response = await fetch(url, { method, headers, body, signal, redirect: 'error' })
        if (response.ok) return await use(response)
        throw new Refusal(response, await readError(response))
      } catch (error) {
        const delay = retryMillis[attempt]
        if (delay === undefined || signal.aborted || !canHelp(error, request)) throw error
        await wait(delay * (0.5 + Math.random() / 2), null, { signal })
      }
    }
  }
  try {
    return await within({ millis, signal: request.signal }, persist)
  } catch (error) {
    throw explain(error)
  }
}

/** Reads a response as JSON, up to a maximum size. */
export async function readJson(response: Response): Promise<unknown> {
  return JSON.parse(await readText(response))
}

async function readText({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.length
    if (size > mostAnswerBytes)
      throw new Error(`Cloudinary responded with more than ${mostAnswerBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

function canHelp(error: unknown, { isRepeatable, signal }: CloudinaryRequest): boolean {
  if (signal?.aborted || isKithError(error)) return false
  if (!(error instanceof Refusal)) return isRepeatable
  return isRepeatable ? error.isPassing : error.isLimit
}

/** The error in a response, which has one of two forms. */
async function readError(response: Response): Promise<ToldError> {
  const text = await readText(response)
  try {
    return (JSON.parse(text) ?? {}) as ToldError
  } catch {
    // A proxy has its own format.
    return {}
  }
}
