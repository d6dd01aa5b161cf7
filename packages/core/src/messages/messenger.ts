/** The content of messages, by kind: templates are chosen by these names. */
export interface MessageContents {
  /** Someone registers with this address and has to confirm it. */
  'registration-code': CodeContent
  /** Someone registers with the address of an existing account: its owner may have forgotten. */
  'registration-known': Record<string, never>
  /** An account has, or is about to have, this address and confirms it. */
  'address-code': CodeContent
  /**
   * To both mailboxes: an account has another address now, or none (`to` is `null`). `link`, in the old mailbox only, takes the change back. Where it had
   * none of this kind (`from` is `null`), to its other one.
   */
  'address-changed': { from: string | null; to: string | null } & LinkContent
  /** Somebody has forgotten the password of an account. */
  'password-reset': CodeContent & LinkContent
  /** A sign-in without a password. */
  'sign-in-code': CodeContent & LinkContent
  /** Someone who is signed in confirms that they are the owner. Unrequested, it means that someone else has a session. */
  'proof-code': CodeContent
  /** A sign-in from a device that is new to the account. */
  'new-device': NoticeContent
  /** The password was changed or removed. */
  'password-changed': NoticeContent
  /** A passkey, an authenticator app, recovery codes or an identity of a provider was added. */
  'credential-added': NoticeContent & CredentialContent
  /** One of them was removed. */
  'credential-removed': NoticeContent & CredentialContent
  /** Too many wrong passwords or codes were entered. */
  'locked-out': NoticeContent
  /** The reader's account waited for approval, and was approved. */
  'account-approved': Record<string, never>
  /** A replaced refresh token was used, so somebody has a copy; its session was ended. */
  'reuse-detected': NoticeContent
  /** An admin of the app opened a session as the account. */
  impersonated: NoticeContent
}

interface CodeContent {
  /** Six digits. */
  code: string
  /** How long it is valid. */
  minutes: number
}

interface LinkContent {
  /** A link that does the same; `null` if the app has no page for it. */
  link: string | null
}

interface NoticeContent {
  /** The name of the device, such as `Firefox on Windows`. */
  device: string | null
  /** Its IP address. */
  address: string | null
  /** ISO 8601, UTC. */
  at: string
}

interface CredentialContent {
  kind: 'passkey' | 'totp' | 'recovery-codes' | 'identity'
  name: string | null
}

/** The name of a kind of message. */
export type MessageKind = keyof MessageContents

/** A message to a person. */
export type Message = {
  [Kind in MessageKind]: {
    /** The same for every attempt: for a `Message-ID`, or a key by which a gateway recognizes duplicates. */
    id: string
    kind: Kind
    channel: 'email' | 'sms'
    /** An email address, or a phone number such as `+4930123456`. */
    to: string
    /** The `Accept-Language` of the client that caused it; `null` if unknown. */
    language: string | null
    content: MessageContents[Kind]
  }
}[MessageKind]

/** Sends messages to users. */
export interface Messenger {
  /**
   * Passes a message to the delivery service, and resolves when that has accepted it: once, and for `to` alone. An
   * email contains all of `content` that is not `null`, a text message at least the code; the wording is the
   * messenger's. Rejections are logged, and the message, which stays unchanged, is retried later, except after a
   * {@link MessageRefused}. It may be sent twice, after a crash or a lost response, with the same `id`. Expired
   * messages are not sent: `signal` aborts on expiry, and with an aborted one it rejects. Concurrent calls do not
   * affect each other.
   */
  send(message: Message, signal: AbortSignal): Promise<void>
  /** Closes connections. `kith.close()` calls it. Idempotent. */
  close?(): Promise<void>
}

/**
 * Reports that a message will never be accepted: the mailbox does not exist, for example. Recognized by its name,
 * across copies of this package.
 */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused'
}
