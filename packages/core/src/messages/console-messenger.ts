import type { Message, Messenger } from './messenger.ts'
import { renderMessage, type RenderedEmail, type RenderedSms, type RenderOptions } from './render-message.ts'

/** A message that was not sent. */
export interface WrittenMessage {
  message: Message
  rendered: RenderedEmail | RenderedSms
  at: Date
}

/** A messenger for development. */
export interface ConsoleMessenger extends Messenger {
  /** The last 100 messages, newest last. */
  readonly messages: readonly WrittenMessage[]
}

/** Options of {@link createConsoleMessenger}. */
export interface ConsoleMessengerOptions extends Partial<RenderOptions> {
  /** Where to write. @default `console.log` */
  write?: ((text: string) => void) | undefined
}

const kept = 100

/**
 * Creates a messenger that sends nothing: it writes the messages to the console and keeps the last 100. For development
 * only, as codes and links end up in logs.
 * @throws TypeError in production (`NODE_ENV`)
 */
export function createConsoleMessenger(options: ConsoleMessengerOptions = {}): ConsoleMessenger {
  if (process.env['NODE_ENV'] === 'production')
    throw new TypeError(
      'createConsoleMessenger: it sends nothing and writes codes to the log, so not in production. Use createSmtpMessenger of @kith/mail-smtp for email, createHttpMessenger for text messages.',
    )
  const { write = console.log, appName = 'Your app', ...render } = options
  const messages: WrittenMessage[] = []
  return {
    messages,
    async send(message, signal) {
      signal.throwIfAborted()
      const rendered = renderMessage(message, { appName, ...render })
      messages.push({ message, rendered, at: new Date() })
      if (messages.length > kept) messages.shift()
      write(transcript(message, rendered))
    },
  }
}

function transcript({ to, kind }: Message, rendered: RenderedEmail | RenderedSms): string {
  const head = `[${rendered.channel}] ${kind} to ${to.replace(/\p{Cc}/gu, '')}`
  const text = rendered.channel === 'email' ? `${rendered.subject}\n\n${rendered.text}` : rendered.text
  return `${head}\n${text.trimEnd().replace(/^(?=.)/gm, '  ')}\n`
}
