import crypto from 'node:crypto'
import type { UserRecord } from '../accounts/user-store.ts'
import type { CodeData } from '../codes/code-purposes.ts'
import type { CodeOrder, ConsumedCode } from '../codes/codes.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { ClientInfo } from '../viewer.ts'
import { userHandle } from './stored-passkey.ts'
import type {
  PasskeyCreationOptions,
  PasskeyDescriptor,
  PasskeyRequestOptions,
  PasskeyVerifier,
} from './passkey-verifier.ts'

/** The purposes of passkey challenges. */
type PasskeyPurpose = Extract<keyof CodeData, `${string}-passkey`>

/** @throws not-configured */
export function demandPasskeys({ config }: Pick<Core, 'config'>): PasskeyVerifier {
  if (config.passkeys) return config.passkeys
  throw new KithError('not-configured', { detail: 'Passkeys are off: set `passkeys` in createKith.' })
}

/** The challenge for a token. No authenticator or intermediary sees the token itself. */
export function challengeOf(token: string): string {
  return crypto.hash('sha256', token, 'base64url')
}

/** Creates a token that works once. */
export async function makeToken<Purpose extends PasskeyPurpose>(
  { codes }: Core,
  order: CodeOrder<Purpose>,
): Promise<string> {
  const { flow, token } = await codes.make(order)
  return `${flow}.${token}`
}

/** Consumes a token, whatever the outcome. @throws code-invalid, rate-limited */
export async function spendToken<Purpose extends PasskeyPurpose>(
  { codes }: Core,
  purpose: Purpose,
  { token, client }: { token: string; client: ClientInfo },
): Promise<ConsumedCode<Purpose>> {
  const [flow = '', code = ''] = token.split('.')
  return await codes.consume(purpose, { flow, code }, client)
}

/** The specification's recommendation with user verification: 5 to 10 minutes. */
const timeout = 300_000

/** A passkey to be created. */
interface PasskeyOrder {
  token: string
  user: Pick<UserRecord, 'id' | 'username' | 'email' | 'phone' | 'name'>
  /** Existing passkeys of the account: an authenticator that has one creates no second one. */
  exclude: PasskeyDescriptor[]
  /** Whether the browser creates it without asking. */
  conditional: boolean
}

/** The options of `navigator.credentials.create()`. */
export function creationOptions(
  { rpId, rpName, algorithms }: PasskeyVerifier,
  { token, user, exclude, conditional }: PasskeyOrder,
): PasskeyCreationOptions {
  return {
    rp: { id: rpId, name: rpName },
    user: { id: userHandle(user.id), ...namesOf(user) },
    challenge: challengeOf(token),
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout,
    attestation: 'none',
    excludeCredentials: exclude,
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: conditional ? 'preferred' : 'required',
    },
    extensions: { credProps: true },
  }
}

/** The options of `navigator.credentials.get()`. */
export function requestOptions(
  { rpId }: PasskeyVerifier,
  token: string,
  allow: PasskeyDescriptor[] = [],
): PasskeyRequestOptions {
  return {
    rpId,
    challenge: challengeOf(token),
    allowCredentials: allow,
    timeout,
    userVerification: 'required',
  }
}

/** The name that users see when they choose a passkey. */
export function namesOf({ id, username, email, phone, name }: PasskeyOrder['user']): {
  name: string
  displayName: string
} {
  const login = username ?? email ?? phone ?? id
  return { name: login, displayName: name === '' ? login : name }
}
