import * as z from 'zod'
import { type Duration, durationAdvice, readDuration } from '../duration.ts'
import { optionError } from '../option-problems.ts'
import { eachWithin } from '../within.ts'
import { type Gateway, type GatewayAnswer, jsonGateway, type OutgoingMessage } from './gateway.ts'
import { type Message, MessageRefused, type Messenger } from './messenger.ts'
import { renderMessage, type RenderOptions } from './render-message.ts'
import { renderShape } from './render-shape.ts'
import { readSecret, secretAdvice } from './signature.ts'

/** Options of {@link createHttpMessenger}: a `url` that takes JSON, or a `gateway` such as `twilio({ … })`. */
export interface HttpMessengerOptions extends RenderOptions {
  /** Where to POST the messages, as JSON: `{ id, channel, to, text, kind, language }`. */
  url?: string | undefined
  /**
   * Signs each request, so that the receiver can verify the sender: `whsec_` and 24 to 64 bytes in base64. @default
   * none
   */
  secret?: string | undefined
  /** Sent with each request, such as `authorization`. @default none */
  headers?: Readonly<Record<string, string>> | undefined
  /** Instead of `url`: a service with its own API. */
  gateway?: Gateway | undefined
  /**
   * How long a request may take. @default '10s' @reason Gateways accept a message within a second or two; beyond that a
   * retry is better.
   */
  timeout?: Duration | undefined
  /** @default the global `fetch` */
  fetch?: typeof fetch | undefined
}

const optionsSchema = z
  .strictObject({
    ...renderShape,
    url: z.url({ protocol: /^https?$/, error: 'give an absolute URL' }).optional(),
    secret: z
      .string()
      .refine((secret) => readSecret(secret) !== null, secretAdvice)
      .optional(),
    headers: z.record(z.string(), z.string()).optional(),
    gateway: z.custom<Gateway>(isGateway, 'give a gateway, such as `twilio({ … })`').optional(),
    timeout: z.custom<Duration>((value) => readDuration(value) !== null, durationAdvice).default('10s'),
    fetch: z.custom<typeof fetch>((value) => typeof value === 'function', 'give a function').optional(),
  })
  .refine(({ url, gateway }) => (url === undefined) !== (gateway === undefined), {
    path: ['url'],
    message: 'give `url` or `gateway`',
  })
  .refine(({ gateway, secret, headers }) => gateway === undefined || (secret ?? headers) === undefined, {
    path: ['gateway'],
    message: '`secret` and `headers` go with `url`',
  })

/** The error code is in the first few hundred characters. */
const maxAnswerBytes = 65_536

/**
 * Creates a messenger that sends messages over HTTP: text messages to a gateway, or any message to a service of your
 * own. Follows no redirect. Performs no I/O until there is a message.
 * @throws TypeError for invalid options; the message names the option
 */
export function createHttpMessenger(options: HttpMessengerOptions): Messenger {
  const { success, data, error } = optionsSchema.safeParse(options)
  if (!success) throw optionError('createHttpMessenger', error)
  const { url = '', secret, headers, timeout, fetch: send = fetch, ...render } = data
  const gateway = data.gateway ?? jsonGateway({ url, secret, headers })
  const millis = (readDuration(timeout) ?? 0) * 1000

  return {
    async send(message, signal) {
      signal.throwIfAborted()
      const request = gateway.request(outgoing(message, render))
      const over = AbortSignal.any([signal, AbortSignal.timeout(millis)])
      const response = await send(request.url, {
        method: 'POST',
        headers: { 'user-agent': 'kith', ...request.headers },
        body: request.body,
        redirect: 'manual',
        signal: over,
      })
      if (response.ok) return response.body?.cancel()
      const answer = { status: response.status, body: await readText(response, over) }
      throw errorFor(answer, gateway)
    },
  }
}

function outgoing(message: Message, options: RenderOptions): OutgoingMessage {
  const { id, to, kind } = message
  const { channel, text, language, ...rest } = renderMessage(message, options)
  return { id, channel, to, text, kind, language, ...rest }
}

/** Contains nothing of the gateway's response: that may have the address, or the text. */
function errorFor(answer: GatewayAnswer, gateway: Gateway): Error {
  const refusal = gateway.refusal(answer)
  if (refusal !== null) return new MessageRefused(`The gateway refused the message ${refusal}`)
  if (answer.status >= 300 && answer.status < 400)
    return new Error(`The gateway redirects (status ${answer.status}): use the URL that it redirects to`)
  return new Error(`The gateway returned status ${answer.status}`)
}

async function readText({ body }: Response, signal: AbortSignal): Promise<string> {
  if (body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of eachWithin({ signal }, body as ReadableStream<Uint8Array>)) {
    text += decoder.decode(part, { stream: true })
    if (text.length > maxAnswerBytes) break
  }
  return text.slice(0, maxAnswerBytes)
}

function isGateway(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'request' in value && 'refusal' in value
}
