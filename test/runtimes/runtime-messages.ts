import type { WireRequest } from '@kith/conformance'

/** What the process of the tests says to a runtime, a line of JSON each. */
export type ToRuntime =
  | { kind: 'run'; name: string }
  | { kind: 'answer'; number: number; answer: SentAnswer }
  | { kind: 'failure'; number: number; message: string }

/** What a runtime says to the process of the tests. */
export type FromRuntime =
  | { kind: 'done'; name: string; error: string | null }
  | { kind: 'send'; number: number; request: SentRequest }

/** A request that a case in the runtime wants made, with its body in base64. */
export interface SentRequest extends Omit<WireRequest, 'body'> {
  port: number
  body: string | null
}

/** What came back of it. */
interface SentAnswer {
  status: number
  headers: [string, string][]
  text: string
}
