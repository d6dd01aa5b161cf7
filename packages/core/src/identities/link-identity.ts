import type { UserRecord } from '../accounts/user-store.ts'
import { accountAt } from '../accounts/address-claims.ts'
import type { Core } from '../core.ts'
import { announcedChange, demandAdded } from '../credentials/credential-changes.ts'
import { KithError } from '../errors.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import type { ForeignIdentity } from './identity-provider.ts'
import { addIdentity, type AddedIdentity, credentialOf, findIdentity } from './stored-identity.ts'

/**
 * Links an identity to an account, and notifies its owner. Idempotent.
 * @throws credential-taken, too-many-credentials, unauthenticated
 */
export async function linkIdentity(
  core: Core,
  link: AddedIdentity,
  cause: { viewer: Viewer; client: ClientInfo },
): Promise<void> {
  const { userId, identity } = link
  const credential = credentialOf(core, link)
  const change = await announcedChange(core, credential, { change: 'added', cause })
  const added = await addIdentity(core, credential, change)
  if (added === 'taken' && (await findIdentity(core, identity))?.userId === userId) return
  demandAdded(added)
  core.outgoing.kick()
}

/** The account that has verified the address of an identity. */
export async function verifiedHolder(
  core: Core,
  { verifiedEmail }: ForeignIdentity,
): Promise<UserRecord | null> {
  if (verifiedEmail === null || core.config.accounts.identifiers.email === 'off') return null
  const holder = await accountAt(core, { kind: 'email', address: verifiedEmail })
  return holder?.emailVerifiedAt ? holder : null
}

/**
 * Allows linking an identity without the owner's request: both sides have verified the address, and the app enables it.
 * An account with a second factor is never opened this way without it. @throws link-required
 */
export async function demandLinkable(core: Core, { id }: UserRecord): Promise<void> {
  const stored = await core.storage.credentials.byUser(id)
  if (core.config.accounts.linkVerified && !stored.some(({ kind }) => kind === 'totp')) return
  throw new KithError('link-required', {
    detail: 'Sign in the way you usually do, then link this provider in your settings.',
  })
}
