import { setTimeout as wait } from 'node:timers/promises'
import { isKithError } from '@kith/core'
import { type Patience, within } from '@kith/core/adapter'
import { explain, Refusal, type ToldError } from './cloudinary-errors.ts'

// The client of the SDK is not used for requests: its time-outs do not count while bytes trickle, it cannot be aborted, its
// errors carry key and secret, and where it sends to is one setting of the whole process.

/** How long one request may take with all its tries, by default, and a body may keep silent. */
const patienceMillis = 10_000
export const patience: Patience = Object.freeze({ millis: patienceMillis })

/** How long is waited before a request is made again. */
const retryMillis: readonly number[] = [200, 800]

/** What is asked. */
export interface CloudinaryRequest extends Pick<Patience, 'millis' | 'signal'> {
  method: 'GET' | 'POST' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: FormData | string
  /** Whether it does no harm when it is carried out twice. Else it is made again only if it was refused as too many. */
  isRepeatable: boolean
  /** Counts a try that is about to be made, and may refuse it. */
  count?: (() => void) | undefined
}

/** The most bytes of a response that is no file: a list of 500 assets has fewer. */
const mostAnswerBytes = 4 * 1024 * 1024

/** Asks, again if that can help, and uses the response, all within the time that the request may take. */
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

/** Reads a response as JSON, of which there is an end. */
export async function readJson(response: Response): Promise<unknown> {
  return JSON.parse(await readText(response))
}

async function readText({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.length
    if (size > mostAnswerBytes) throw new Error(`Cloudinary answered with more than ${mostAnswerBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

function canHelp(error: unknown, { isRepeatable, signal }: CloudinaryRequest): boolean {
  if (signal?.aborted || isKithError(error)) return false
  if (!(error instanceof Refusal)) return isRepeatable
  return isRepeatable ? error.isPassing : error.isLimit
}

/** The error in a response, of which there are two forms. */
async function readError(response: Response): Promise<ToldError> {
  const text = await readText(response)
  try {
    return (JSON.parse(text) ?? {}) as ToldError
  } catch {
    // A proxy in between answers in its own words.
    return {}
  }
}
