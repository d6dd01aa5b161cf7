import type { WireRequest } from '@kith/conformance'
import type { Answer } from './answer.ts'

/** The parts of a request that a journey uses. */
export interface JourneyRequest extends Partial<Omit<WireRequest, 'path' | 'headers'>> {
  headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[] | undefined
  /** Sent as JSON. */
  json?: unknown
}

/** The calls of a client, each with a path of Kith, without its prefix. */
export interface Client {
  request(path: string, request?: JourneyRequest): Promise<Answer>
  post(path: string, json?: unknown): Promise<Answer>
  put(path: string, json?: unknown): Promise<Answer>
  patch(path: string, json?: unknown): Promise<Answer>
  delete(path: string, json?: unknown): Promise<Answer>
}

/** A client that sends its requests with this function. */
export function clientOf(request: Client['request']): Client {
  const by = (method: string) => (path: string, json?: unknown) => request(path, { method, json })
  return { request, post: by('POST'), put: by('PUT'), patch: by('PATCH'), delete: by('DELETE') }
}

/** Starts this many calls before any of them has a response. */
export function race<Result>(count: number, call: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)))
}
