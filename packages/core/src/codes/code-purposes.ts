import type { UserRecord } from '../accounts/user-store.ts'
import type { ForeignIdentity } from '../identities/identity-provider.ts'
import { linkTo, type LinkName } from '../messages/links.ts'
import type { Draft } from '../messages/outgoing.ts'
import type { Viewer } from '../viewer.ts'

/** The recipient of a message, and the requested language. */
export interface Recipient {
  kind: 'email' | 'phone'
  address: string
  language: string | null
}

/** The data of a code that is sent, sealed until it is consumed. */
interface SentData {
  /** The account to create. */
  register: { to: Recipient; user: UserRecord; invitation: string | null; deviceName: string | null }
  'reset-password': { to: Recipient }
  'sign-in': { to: Recipient }
  /** Proves the session that asked for it. */
  prove: { to: Recipient; sessionId: string }
  /**
   * `from` is the current address, `epoch` that of the sessions: ending them cancels a change that a thief has started.
   */
  'confirm-address': { to: Recipient; from: string | null; epoch: number }
}

/** The data of a code of each purpose, sealed until it is consumed. */
export interface CodeData extends SentData {
  /** `to` is the old mailbox, `at` when it changed, in milliseconds. */
  'revert-address': { to: Recipient; at: number }
  /** A sign-in whose first factor was right, with these methods, in this session epoch of the account. */
  'second-factor': { methods: string[]; epoch: number; deviceName: string | null }
  /** An authenticator app about to be added: its secret, as base64url. */
  'enroll-totp': { secret: string; name: string | null }
  /** A passkey request, by which session: `null` for the host. */
  'add-passkey': { sessionId: string | null; conditional: boolean }
  'prove-passkey': { sessionId: string | null }
  'login-passkey': Record<string, never>
  /** The account to create. */
  'register-passkey': { user: UserRecord; invitation: string | null; deviceName: string | null }
  /** A provider sign-in in progress, or with `viewer` the linking of an identity. */
  identity: {
    provider: string
    nonce: string
    codeVerifier: string
    returnTo: string
    invitation: string | null
    deviceName: string | null
    viewer: Viewer | null
  }
  /** A puzzle that was issued. */
  challenge: Record<string, never>
  /** An identity whose account needs more data. */
  'identity-details': {
    provider: string
    identity: ForeignIdentity
    invitation: string | null
    deviceName: string | null
  }
}

/** The purposes of codes. */
export type CodePurpose = keyof CodeData

/** The purposes of codes that are sent. */
export type SentPurpose = keyof SentData

/** All of those. */
export const sentPurposes: readonly SentPurpose[] = Object.freeze([
  'register',
  'reset-password',
  'sign-in',
  'prove',
  'confirm-address',
] as const)

/** The secrets of one code: either one consumes it. */
export interface CodeSecrets {
  flow: string
  /** Six digits to type. */
  digits: string
  /** The token in a link. */
  token: string
}

interface Purpose {
  /** The lifetime of a code. */
  readonly seconds: number
  /** The page that its link opens. */
  readonly page: LinkName | null
}

const tenMinutes = 600

/** The lifetime of codes and the pages of their links. */
export const codePurposes: Readonly<Record<CodePurpose, Purpose>> = Object.freeze({
  // No link: opening one that another person requested would confirm their account, with their password.
  register: { seconds: tenMinutes, page: null },
  'reset-password': { seconds: tenMinutes, page: 'resetPassword' },
  'sign-in': { seconds: tenMinutes, page: 'signIn' },
  // No link either: it works only in the session that asked for it, where its digits are typed.
  prove: { seconds: tenMinutes, page: null },
  // No link either: an attacker could get the owner of an address to confirm it for the attacker's account.
  'confirm-address': { seconds: tenMinutes, page: null },
  // Long enough for a weekend without reading email.
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

/** The link of a code, if the app has a page for it. */
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
    case 'prove':
      return { ...head, kind: 'proof-code', content: { code: digits, minutes: content.minutes } }
    case 'confirm-address':
      return { ...head, kind: 'address-code', content: { code: digits, minutes: content.minutes } }
  }
}

/** The RFC 8176 name of what someone proves with a code that was sent to them. */
export function methodOf({ kind }: Recipient): 'otp' | 'sms' {
  return kind === 'email' ? 'otp' : 'sms'
}

/** The recipient of a message. */
export function headOf({ kind, address, language }: Recipient): Pick<Draft, 'channel' | 'to' | 'language'> {
  return { channel: kind === 'email' ? 'email' : 'sms', to: address, language }
}
