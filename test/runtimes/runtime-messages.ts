import type { WireRequest } from '@kith/conformance'

/** Messages from the test process to a runtime, a line of JSON each. */
export type ToRuntime =
  | { kind: 'run'; name: string }
  | { kind: 'answer'; number: number; answer: SentAnswer }
  | { kind: 'failure'; number: number; message: string }

/** Messages from a runtime to the test process. */
export type FromRuntime =
  | { kind: 'done'; name: string; error: string | null }
  | { kind: 'send'; number: number; request: SentRequest }

/** A request that a case in the runtime wants to make, with its body in base64. */
export interface SentRequest extends Omit<WireRequest, 'body'> {
  port: number
  body: string | null
}

/** Its response. */
interface SentAnswer {
  status: number
  headers: [string, string][]
  text: string
}
