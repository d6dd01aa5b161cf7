/** What messages say, by their kind: templates are chosen by these names. */
export interface MessageContents {
  /** Somebody registers with this address and has to confirm it. */
  'registration-code': CodeContent
  /** Somebody registers with this address, which an account has: its owner may have forgotten. */
  'registration-known': Record<string, never>
  /** An account has, or is to have, this address and confirms it. */
  'address-code': CodeContent
  /**
   * To both mailboxes: an account has another address now, or none (`to` is `null`). `link`, in the old mailbox only, takes the change back. Where it had
   * none of this kind (`from` is `null`), to its other one.
   */
  'address-changed': { from: string | null; to: string | null } & LinkContent
  /** Somebody has forgotten the password of an account. */
  'password-reset': CodeContent & LinkContent
  /** Somebody signs in without a password. */
  'sign-in-code': CodeContent & LinkContent
  /** A device signed in that the account does not know. */
  'new-device': NoticeContent
  /** The password was changed, or taken away. */
  'password-changed': NoticeContent
  /** A passkey, an authenticator app, recovery codes or an identity elsewhere was added. */
  'credential-added': NoticeContent & CredentialContent
  /** One of them was removed. */
  'credential-removed': NoticeContent & CredentialContent
  /** Too many wrong passwords or codes were given. */
  'locked-out': NoticeContent
  /** The account of its reader waited for approval, and was let in. */
  'account-approved': Record<string, never>
  /** An old refresh token was used, so a copy of it is in other hands; its session was ended. */
  'reuse-detected': NoticeContent
  /** An admin of the app opened a session as the account. */
  impersonated: NoticeContent
}

interface CodeContent {
  /** Six digits. */
  code: string
  /** For so long it can be used. */
  minutes: number
}

interface LinkContent {
  /** Where one click does the same; `null` where the app has set up no page for it. */
  link: string | null
}

interface NoticeContent {
  /** What the device calls itself, such as `Firefox on Windows`. */
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
    /** The same at every try: for a `Message-ID`, or a key by which a gateway recognizes what it has sent already. */
    id: string
    kind: Kind
    channel: 'email' | 'sms'
    /** An email address, or a phone number such as `+4930123456`. */
    to: string
    /** The `Accept-Language` of the client that caused it; `null` where that is unknown. */
    language: string | null
    content: MessageContents[Kind]
  }
}[MessageKind]

/** Sends messages to people. */
export interface Messenger {
  /**
   * Hands a message over to whatever delivers it, and resolves when that has taken it. What it rejects with is logged, and the message
   * comes again later; not so after a {@link MessageRefused}. It may come twice, after a crash or a lost response, with the same `id`.
   * A message that is over is not handed over any more: `signal` aborts when that is so.
   */
  send(message: Message, signal: AbortSignal): Promise<void>
  /** Lets go of connections. `kith.close()` calls it. Idempotent. */
  close?(): Promise<void>
}

/** Says that a message will never be taken: there is no such mailbox, for instance. Found by its name, in every copy of this package. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused'
}
