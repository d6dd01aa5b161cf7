import type { Message, MessageKind, Messenger } from '@kith/core/ports'

/** A messenger that keeps its messages. */
export interface Mailbox extends Messenger {
  readonly messages: Message[]
  /** The last message of this kind, to this recipient if one is given. */
  last<Kind extends MessageKind>(kind: Kind, to?: string): Extract<Message, { kind: Kind }>
}

/** Creates one. `fail` is called before each message. */
export function createMailbox(fail: (message: Message) => void = () => {}): Mailbox {
  const messages: Message[] = []
  return {
    messages,
    async send(message) {
      fail(message)
      messages.push(message)
    },
    last<Kind extends MessageKind>(kind: Kind, to?: string) {
      const found = messages.findLast((each) => each.kind === kind && (to === undefined || each.to === to))
      if (!found) throw new Error(`no message ${kind} to ${to ?? 'anybody'}, but ${JSON.stringify(messages)}`)
      return found as Extract<Message, { kind: Kind }>
    },
  }
}
