import type { WaysIn } from './credential-store.ts'
import type { KithConfig } from '../config.ts'

/** The kinds of credentials that prove who somebody is. */
export type CredentialKind = 'passkey' | 'totp' | 'recovery-codes' | 'identity' | 'trusted-device'

/** Everything stored as a credential: those that prove something, and invitations, which their owners pass on. */
type StoredKind = CredentialKind | 'invitation'

interface Kind {
  /** How many of them an account has at most. */
  readonly atMost: number
  /** Whether it opens the account without anything else. */
  readonly opens: boolean
}

/** Every kind. */
export const credentialKinds: Readonly<Record<StoredKind, Kind>> = Object.freeze({
  passkey: { atMost: 30, opens: true },
  totp: { atMost: 5, opens: false },
  // One, with all the codes in it.
  'recovery-codes': { atMost: 1, opens: false },
  identity: { atMost: 20, opens: true },
  'trusted-device': { atMost: 30, opens: false },
  // Those of the host; a role limits how many a member has.
  invitation: { atMost: 1_000, opens: false },
})

const opening = (Object.keys(credentialKinds) as StoredKind[]).filter((kind) => credentialKinds[kind].opens)

/** Whether a credential proves the identity of its owner. Only those are listed. */
export function isProof({ kind }: { kind: string }): boolean {
  return kind !== 'invitation'
}

/** What opens an account in an app with these options, besides a password. */
export function waysIn({ sessions, messages }: KithConfig): WaysIn {
  const messengers = { email: messages.email, phone: messages.sms }
  const addresses = (['email', 'phone'] as const).filter((kind) => sessions.codeSignIn && messengers[kind])
  return { kinds: opening, addresses }
}
