import type { ConnectionOptions } from 'node:tls'
import { type Duration, durationAdvice, optionError, readDuration, within } from '@kith/core/adapter'
import { renderMessage, type RenderOptions, renderShape } from '@kith/core/messages'
import { type Checkable, type Message, MessageRefused, type Messenger } from '@kith/core/ports'
import type { SendMailOptions, Transporter } from 'nodemailer'
import { z } from 'zod'
import { domainOf, isAddress, type Mailbox, readMailbox } from './mailbox.ts'
import { adviceOn, toFailure } from './smtp-failure.ts'
import { openTransport } from './smtp-transport.ts'

/** How email is sent. Either `url` or `transport` is required. */
export interface SmtpMessengerOptions extends Omit<RenderOptions, 'appName' | 'origin'> {
  /** `smtp://user:password@host:587` or `smtps://…:465`. TLS is required unless it ends in `?requireTLS=false`. */
  url?: string | undefined
  /** Instead of `url`: a nodemailer transport that the app creates and closes. @default none */
  transport?: Transporter | undefined
  /** The sender: `Photo Club <hello@photos.example>`. */
  from: string
  /** Where replies go. @default `from` */
  replyTo?: string | undefined
  /** The name of the app. @default the name in `from`, or else its domain */
  appName?: string | undefined
  /**
   * With `url`: TLS options, such as `{ ca }` for your own certificate authority. @default the authorities that Node
   * trusts
   */
  tls?: ConnectionOptions | undefined
  /**
   * With `url`: the maximum number of connections. @default 5 @reason What mail servers commonly allow one client; the
   * rest waits its turn.
   */
  maxConnections?: number | undefined
  /**
   * With `url`: how long to wait for a connection, a greeting and any response. @default '10s' @reason A healthy server
   * responds within two seconds; the message is retried.
   */
  timeout?: Duration | undefined
}

/** Sends email. */
export interface SmtpMessenger extends Messenger, Checkable {
  /** Closes the connections, after running deliveries. A transport of the app stays open. */
  close(): Promise<void>
}

const mailbox = z.string().transform((text, context): Mailbox => {
  const read = readMailbox(text)
  if (read === null) context.addIssue('give an email address: `Photo Club <hello@photos.example>`')
  return read ?? { name: '', address: '' }
})

const optionsSchema = z
  .strictObject({
    ...renderShape,
    origin: z.never().optional(),
    appName: renderShape.appName.optional(),
    url: z
      .string()
      .refine(
        isSmtpUrl,
        'give a URL: smtp://user:password@host:587, with special characters as in encodeURIComponent()',
      )
      .optional(),
    transport: z
      .custom<Transporter>(isTransport, 'give the result of createTransport() of nodemailer')
      .optional(),
    from: mailbox,
    replyTo: mailbox.optional(),
    tls: z
      .custom<ConnectionOptions>(
        (value) => typeof value === 'object' && value !== null,
        'give options of tls.connect()',
      )
      .optional(),
    maxConnections: z.number().int().min(1).max(100).default(5),
    timeout: z.custom<Duration>((value) => readDuration(value) !== null, durationAdvice).default('10s'),
  })
  .refine(({ url, transport }) => (url === undefined) !== (transport === undefined), {
    path: ['url'],
    message: 'give `url` or `transport`',
  })

/** A readiness check has two seconds. */
const checkMillis = 1_500
/** Providers count sign-ins. */
const checkedMillis = 30_000

/**
 * Creates a messenger that sends email over SMTP. Does not connect until there is a message.
 * @throws TypeError for invalid options; the message names the option
 */
export function createSmtpMessenger(options: SmtpMessengerOptions): SmtpMessenger {
  const { success, data, error } = optionsSchema.safeParse(options)
  if (!success) throw optionError('createSmtpMessenger', error)
  const { url, tls, maxConnections, timeout, from, replyTo, texts, language, layout } = data
  const own =
    url === undefined
      ? null
      : openTransport({ url, tls, maxConnections, timeoutSeconds: readDuration(timeout) ?? 10 })
  const transport = own ?? data.transport
  if (!transport) throw new TypeError('createSmtpMessenger: give `url` or `transport`')
  const appName = data.appName ?? (from.name || domainOf(from.address))
  const letter = { from, replyTo, render: { appName, texts, language, layout } }
  let checked: { result: Promise<string | null>; until: number } | null = null

  async function checkNow(): Promise<string | null> {
    try {
      await within({ millis: checkMillis }, async () => await transport?.verify())
      return null
    } catch (cause) {
      const advice =
        cause instanceof Error && cause.name === 'TimeoutError'
          ? 'The mail server does not respond in time.'
          : adviceOn(cause)
      return `${advice} Messages wait and are retried.`
    }
  }

  return {
    async send(message, signal) {
      signal.throwIfAborted()
      const mail = mailFor(message, letter)
      try {
        await transport.sendMail({ ...mail, signal })
      } catch (failed) {
        signal.throwIfAborted()
        throw toFailure(failed)
      }
    },
    check() {
      if (!checked || performance.now() > checked.until)
        checked = { result: checkNow(), until: performance.now() + checkedMillis }
      return checked.result
    },
    close() {
      own?.close()
      return Promise.resolve()
    },
  }
}

interface LetterParts {
  from: Mailbox
  replyTo: Mailbox | undefined
  render: RenderOptions
}

function mailFor(message: Message, { from, replyTo, render }: LetterParts): SendMailOptions {
  const { id, to } = message
  const rendered = renderMessage(message, render)
  if (rendered.channel !== 'email') throw new MessageRefused('createSmtpMessenger sends no text messages')
  if (!isAddress(to)) throw new MessageRefused('The recipient is not a single address')
  const { subject, text, html, language } = rendered
  return {
    messageId: `<${id.replace(/[^\w.-]/g, '')}@${domainOf(from.address)}>`,
    from,
    to: { name: '', address: to },
    ...(replyTo && { replyTo }),
    subject,
    text,
    html,
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function isSmtpUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== ''
}

function isTransport(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'sendMail' in value && 'verify' in value
}
