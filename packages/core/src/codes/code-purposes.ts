import type { UserRecord } from '../accounts/user-store.ts'
import type { ForeignIdentity } from '../identities/identity-provider.ts'
import { linkTo, type LinkName } from '../messages/links.ts'
import type { Draft } from '../messages/outgoing.ts'
import type { Viewer } from '../viewer.ts'

/** An address that a message goes to, and the language that its reader has asked for. */
export interface Recipient {
  kind: 'email' | 'phone'
  address: string
  language: string | null
}

/** What goes with a code that is sent, sealed, until it is consumed. */
interface SentData {
  /** The account that is to be. */
  register: { to: Recipient; user: UserRecord; invitation: string | null; deviceName: string | null }
  'reset-password': { to: Recipient }
  'sign-in': { to: Recipient }
  /** `from` is the address that the account had then, in this epoch of its sessions: what ends those ends a change that a thief has begun. */
  'confirm-address': { to: Recipient; from: string | null; epoch: number }
}

/** What goes with a code of each purpose, sealed, until it is consumed. */
export interface CodeData extends SentData {
  /** `to` is the old mailbox, `at` when it changed, in milliseconds. */
  'revert-address': { to: Recipient; at: number }
  /** A sign-in that was right so far, by these methods, while the sessions of the account were in this epoch. */
  'second-factor': { methods: string[]; epoch: number; deviceName: string | null }
  /** An authenticator app that is about to be added: its secret, as base64url. */
  'enroll-totp': { secret: string; name: string | null }
  /** What a passkey is asked for, by which session: `null` for the host. */
  'add-passkey': { sessionId: string | null; conditional: boolean }
  'prove-passkey': { sessionId: string | null }
  'login-passkey': Record<string, never>
  /** The account that is to be. */
  'register-passkey': { user: UserRecord; invitation: string | null; deviceName: string | null }
  /** A sign-in elsewhere that is under way, or with `viewer` the linking of an identity. */
  identity: {
    provider: string
    nonce: string
    codeVerifier: string
    returnTo: string
    invitation: string | null
    deviceName: string | null
    viewer: Viewer | null
  }
  /** A puzzle that was posed. */
  challenge: Record<string, never>
  /** An identity whose account needs to be told more. */
  'identity-details': {
    provider: string
    identity: ForeignIdentity
    invitation: string | null
    deviceName: string | null
  }
}

/** What codes are for. */
export type CodePurpose = keyof CodeData

/** What codes are for that people are sent. */
export type SentPurpose = keyof SentData

/** All of those. */
export const sentPurposes: readonly SentPurpose[] = Object.freeze([
  'register',
  'reset-password',
  'sign-in',
  'confirm-address',
] as const)

/** The secrets of one code: either consumes it. */
export interface CodeSecrets {
  flow: string
  /** Six digits, to be typed. */
  digits: string
  /** What a link carries. */
  token: string
}

interface Purpose {
  /** For how long a code lasts. */
  readonly seconds: number
  /** The page that its link leads to. */
  readonly page: LinkName | null
}

const tenMinutes = 600

/** How long codes last and where their links lead. */
export const codePurposes: Readonly<Record<CodePurpose, Purpose>> = Object.freeze({
  // Without a link: who opens one that another has asked for would confirm the account of that other one, with a password of theirs.
  register: { seconds: tenMinutes, page: null },
  'reset-password': { seconds: tenMinutes, page: 'resetPassword' },
  'sign-in': { seconds: tenMinutes, page: 'signIn' },
  // Without one either: somebody could have the owner of an address confirm it for an account of theirs.
  'confirm-address': { seconds: tenMinutes, page: null },
  // Long enough for a weekend in which nobody reads mails.
  'revert-address': { seconds: 72 * 3_600, page: 'revertAddress' },
  'second-factor': { seconds: tenMinutes, page: null },
  'enroll-totp': { seconds: tenMinutes, page: null },
  'add-passkey': { seconds: tenMinutes, page: null },
  'prove-passkey': { seconds: tenMinutes, page: null },
  'login-passkey': { seconds: tenMinutes, page: null },
  'register-passkey': { seconds: tenMinutes, page: null },
  challenge: { seconds: tenMinutes, page: null },
  identity: { seconds: tenMinutes, page: null },
  'identity-details': { seconds: tenMinutes, page: null },
})

/** The link of a code, where the app has a page for it. */
export function linkOf(
  links: Readonly<Record<LinkName, string | null>>,
  purpose: CodePurpose,
  { flow, token }: CodeSecrets,
): string | null {
  const { page } = codePurposes[purpose]
  return page && linkTo(links[page], { flow, code: token })
}

/** The message that carries a code. */
export function codeMessage(
  purpose: SentPurpose,
  to: Recipient,
  { digits, link }: { digits: string; link: string | null },
): Draft {
  const content = { code: digits, minutes: codePurposes[purpose].seconds / 60, link }
  const head = headOf(to)
  switch (purpose) {
    case 'register':
      return { ...head, kind: 'registration-code', content: { code: digits, minutes: content.minutes } }
    case 'reset-password':
      return { ...head, kind: 'password-reset', content }
    case 'sign-in':
      return { ...head, kind: 'sign-in-code', content }
    case 'confirm-address':
      return { ...head, kind: 'address-code', content: { code: digits, minutes: content.minutes } }
  }
}

/** Where a message goes. */
export function headOf({ kind, address, language }: Recipient): Pick<Draft, 'channel' | 'to' | 'language'> {
  return { channel: kind === 'email' ? 'email' : 'sms', to: address, language }
}
