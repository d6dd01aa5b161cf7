import type { Finished } from '../../../test/blob-samples.ts'
import { type Fate as AnyFate, startFront } from '../../../test/faulty-front.ts'
import type { ImageKitDouble } from './double/imagekit-double.ts'
import type { Account } from './imagekit-media.ts'

interface Refusal {
  status: number
  headers?: Record<string, string>
  body?: string
}

/** What happens to a request. */
export type Fate = AnyFate<Refusal>

/** A server in front of the double. */
export interface FaultyFront {
  account: Account
  /** The requests so far, such as `DELETE /v1/folder`. */
  readonly seen: string[]
  /** Applies these faults to the first matching requests from now on. */
  meet(matching: RegExp, fates: readonly Fate[]): void
}

const busy = JSON.stringify({
  message: 'not now',
  help: 'For support kindly contact us at support@imagekit.io .',
})

/** Starts one that stops after the test. */
export async function startFaultyFront(double: ImageKitDouble, finished?: Finished): Promise<FaultyFront> {
  const { origin, seen, decide } = await startFront<Refusal>({
    host: double.host,
    port: double.port,
    finished,
    nameOf: ({ method, url = '/' }) => `${method} ${url.split('?')[0]}`,
    answer: ({ status, headers, body = busy }) => ({
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body,
    }),
  })
  return {
    account: movedTo(double, origin),
    seen,
    meet(matching, fates) {
      const left = [...fates]
      decide((what) => (matching.test(what) ? (left.shift() ?? 'pass') : 'pass'))
    },
  }
}

/** The double, at another URL that leads to it. */
export function movedTo(
  { publicKey, privateKey, url, urlEndpoint }: ImageKitDouble,
  origin: string,
): Account {
  return { publicKey, privateKey, url: origin, urlEndpoint: urlEndpoint.replace(url, origin) }
}
