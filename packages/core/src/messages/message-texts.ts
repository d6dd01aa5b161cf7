import type { MessageContents, MessageKind } from './messenger.ts'

/** What an email says: the layout puts it in order, as HTML and as plain text. Nothing in it is HTML. */
export interface Letter {
  /** One line; codes come first, where phones look for them. */
  subject: string
  /** What this is about. */
  paragraphs: readonly string[]
  /** Shown large, so that it can be read off and selected. */
  code?: string | undefined
  /** A button, and the same as text under it. */
  link?: { label: string; url: string } | undefined
  /** What is known about what happened: names with values. Those without a value are left out. */
  facts?: readonly (readonly [name: string, value: string | null])[] | undefined
  /** What else to know, such as what to do if it was not you. */
  notes: readonly string[]
}

/** What a text is told beside the content of its message. */
export interface TextContext {
  /** How the app calls itself. */
  appName: string
  /** The mailbox or the phone that the message goes to. */
  to: string
  /** A time of the content, such as `at`, as the language writes it, in UTC. */
  time(iso: string): string
}

/** The words of one kind of message: a letter for email, and a text for SMS. */
export interface MessageText<Kind extends MessageKind> {
  letter(content: MessageContents[Kind], context: TextContext): Letter
  /** One or two sentences; up to 160 characters cost one SMS. */
  sms(content: MessageContents[Kind], context: TextContext): string
}

/** The words of every kind of message in one language. */
export type MessageTexts = { readonly [Kind in MessageKind]: MessageText<Kind> }

/** Words of an app by language (`en`, `pt-BR`): instead of those of Kith, or in languages that Kith does not speak. */
export type OwnTexts = Readonly<Record<string, Partial<MessageTexts>>>
