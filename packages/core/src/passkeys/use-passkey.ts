import type { Core } from '../core.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import { KithError, PasskeyUnknownError, RetryLaterError } from '../errors.ts'
import { placeOf } from '../sessions/client-address.ts'
import type { ClientInfo } from '../viewer.ts'
import { challengeOf, demandPasskeys } from './passkey-challenge.ts'
import type { PasskeyProof } from './passkey-inputs.ts'
import { readPasskey, type StoredPasskey, userHandle, writePasskey } from './stored-passkey.ts'

/** A presented passkey. Its challenge is that of the token, which the caller consumes. */
interface ShownPasskey extends PasskeyProof {
  client: ClientInfo
  /** The account that it has to belong to; `null` if the passkey itself identifies the account. */
  ownerId: string | null
}

/** A verified passkey. */
export interface UsedPasskey {
  credential: CredentialRecord
  /** The storage of its key, by RFC 8176: in hardware, or where it can be copied. */
  method: 'hwk' | 'swk'
}

/** How often a passkey is reread after it was used or renamed concurrently. */
const mostTries = 10

/** Verifies an assertion, and stores its counter. @throws passkey-invalid, passkey-unknown, not-configured, busy */
export async function usePasskey(core: Core, shown: ShownPasskey): Promise<UsedPasskey> {
  const verifier = demandPasskeys(core)
  const { credentials } = core.storage
  const { token, response, client, ownerId } = shown
  for (let tries = 0; tries < mostTries; tries++) {
    const credential = await credentials.bySubject('passkey', response.id)
    if (!credential) throw new PasskeyUnknownError({ rpId: verifier.rpId, credentialId: response.id })
    demandOwner(credential, shown)
    const stored = readPasskey(credential)
    const expected = { challenge: challengeOf(token), publicKey: stored.publicKey }
    const verified = await verifier.verifyAssertion(response, expected)
    // The flag says whether the key can leave its device, which never changes.
    if (verified.syncable !== stored.syncable) throw new KithError('passkey-invalid')
    const { id, version } = credential
    const { counter, synced } = verified
    if (!isAhead(counter, stored)) {
      if (await tellCopy(core, credential, client)) throw new KithError('passkey-invalid')
      continue
    }
    const data = writePasskey({ ...stored, counter, synced })
    if (await credentials.step({ id, version, data, usedAt: core.clock() }))
      return { credential, method: stored.syncable ? 'swk' : 'hwk' }
  }
  throw new RetryLaterError('busy', 1)

  function demandOwner({ userId }: CredentialRecord, { response: { response } }: ShownPasskey): void {
    const handle = response.userHandle ?? null
    // Only a discoverable passkey has to identify its account.
    const isOwn = handle === null ? ownerId !== null : handle === userHandle(userId)
    if (!isOwn || (ownerId !== null && userId !== ownerId)) throw new KithError('passkey-invalid')
  }
}

/**
 * A counter that does not increase belongs to a copy, or to the original after copying. Synced passkeys have none: it
 * stays 0.
 */
function isAhead(counter: number, stored: StoredPasskey): boolean {
  return counter > stored.counter || (counter === 0 && stored.counter === 0)
}

/**
 * Reports a suspected copy. The rows are stored in a step of the credential, which otherwise stays as it is; `false` if
 * that was changed concurrently, so that its counter has to be read again.
 */
async function tellCopy(core: Core, credential: CredentialRecord, client: ClientInfo): Promise<boolean> {
  const { id, version, userId } = credential
  const told = { userId, credentialId: id, ...placeOf(client) }
  const cause = { viewer: null, client }
  const rows = core.rowsOf('passkey.copy-suspected', () => told, cause)
  if (rows && !(await core.storage.credentials.step({ id, version }, rows))) return false
  core.emit('passkey.copy-suspected', told, cause)
  return true
}
