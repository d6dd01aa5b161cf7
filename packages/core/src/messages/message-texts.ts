import type { MessageContents, MessageKind } from './messenger.ts'

/** The content of an email: the layout arranges it, as HTML and as plain text. It contains no HTML. */
export interface Letter {
  /** One line; codes come first, where phones look for them. */
  subject: string
  /** What the message is about. */
  paragraphs: readonly string[]
  /** Shown large, so that it can be read and selected. */
  code?: string | undefined
  /** A button, with its URL as text below. */
  link?: { label: string; url: string } | undefined
  /** Details of what happened: names with values. Those without a value are left out. */
  facts?: readonly (readonly [name: string, value: string | null])[] | undefined
  /** What else to know, such as what to do if it was someone else. */
  notes: readonly string[]
}

/** What a text gets besides the content of its message. */
export interface TextContext {
  /** The name of the app. */
  appName: string
  /** The mailbox or the phone that the message goes to. */
  to: string
  /** A time of the content, such as `at`, formatted for the language, in UTC. */
  time(iso: string): string
}

/** The texts of one kind of message: a letter for email, and a string for SMS. */
export interface MessageText<Kind extends MessageKind> {
  letter(content: MessageContents[Kind], context: TextContext): Letter
  /** One or two sentences; up to 160 characters cost one SMS. */
  sms(content: MessageContents[Kind], context: TextContext): string
}

/** The texts of every kind of message in one language. */
export type MessageTexts = { readonly [Kind in MessageKind]: MessageText<Kind> }

/** An app's texts by language (`en`, `pt-BR`): they replace those of Kith, or add languages. */
export type OwnTexts = Readonly<Record<string, Partial<MessageTexts>>>
