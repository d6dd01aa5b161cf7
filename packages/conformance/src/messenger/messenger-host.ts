import type { Message, Messenger } from '@kith/core/ports'

/** A messenger, and the service behind it, as the cases need them. */
export interface MessengerHost {
  readonly messenger: Messenger
  readonly service: MessageService
}

/** The service that a messenger passes messages to, or a double of it. */
export interface MessageService {
  /** What the messenger sends: run the cases once for each channel. */
  readonly channel: Message['channel']
  /** The messages that the service has accepted, oldest first. */
  accepted(): Promise<readonly AcceptedMessage[]>
  /** An address that the service refuses permanently; `null` if it accepts every one. */
  readonly refused: string | null
  /** Makes the service fail temporarily, or work again; `null` where there is none that can fail. */
  readonly setDown: ((isDown: boolean) => Promise<void>) | null
}

/** A message as its reader gets it. */
export interface AcceptedMessage {
  /** The only address that it goes to. Where it goes to several, the service accepted several messages. */
  to: string
  text: string
  /** By what the service recognizes a repeated message, such as its `Message-ID`; `null` if it does not. */
  key: string | null
}
