import { signatureHeaders } from './signature.ts'
import type { MessageKind } from './messenger.ts'

/** A message as passed to a gateway: rendered, in the language of its reader. */
export interface OutgoingMessage {
  /** The same for every attempt. */
  id: string
  channel: 'email' | 'sms'
  /** A phone number such as `+4930123456`, or an email address. */
  to: string
  text: string
  kind: MessageKind
  /** BCP 47. */
  language: string
  /** Email only. */
  subject?: string | undefined
  /** Email only. */
  html?: string | undefined
}

/** A request to a gateway. It is sent by POST. */
export interface GatewayRequest {
  url: string
  headers: Readonly<Record<string, string>>
  body: string
}

/** A gateway's response. */
export interface GatewayAnswer {
  status: number
  /** At most 64 KiB of it. */
  body: string
}

/** How to call a service that sends messages, and how to read its responses. */
export interface Gateway {
  /** The request that sends the message. */
  request(message: OutgoingMessage): GatewayRequest
  /**
   * Why a message is refused permanently, without its address; `null` if a retry may help. Called if the status is not
   * 2xx.
   */
  refusal(answer: GatewayAnswer): string | null
}

/** Options of {@link jsonGateway}. */
export interface JsonGatewayOptions {
  url: string
  /** Signs every request, by Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
  secret?: string | undefined
  /** Sent with every request, such as `authorization`. */
  headers?: Readonly<Record<string, string>> | undefined
}

/** Statuses that concern the account at the gateway or are temporary, and not this one message. */
const worthAnotherTry: readonly number[] = [401, 402, 403, 404, 405, 407, 408, 409, 421, 423, 425, 429]

/** A gateway that takes JSON: a function of your own, or one that calls a service. */
export function jsonGateway({ url, secret, headers = {} }: JsonGatewayOptions): Gateway {
  return {
    request(message) {
      const body = JSON.stringify(message)
      const signed =
        secret === undefined ? {} : signatureHeaders(secret, { id: message.id, body, now: new Date() })
      const own = { 'content-type': 'application/json', 'idempotency-key': message.id }
      return { url, headers: { ...headers, ...own, ...signed }, body }
    },
    refusal: ({ status }) =>
      status >= 400 && status < 500 && !worthAnotherTry.includes(status) ? `with status ${status}` : null,
  }
}
