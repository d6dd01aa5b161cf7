import type { Core } from '../core.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import { KithError, PasskeyUnknownError, RetryLaterError } from '../errors.ts'
import { placeOf } from '../sessions/client-address.ts'
import type { ClientInfo } from '../viewer.ts'
import { challengeOf, demandPasskeys } from './passkey-challenge.ts'
import type { PasskeyProof } from './passkey-inputs.ts'
import type { VerifiedAssertion } from './passkey-verifier.ts'
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
    demandCounter(core, { credential, stored, verified, client })
    const { id, version } = credential
    const { counter, synced } = verified
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

interface Counted {
  credential: CredentialRecord
  stored: StoredPasskey
  verified: VerifiedAssertion
  client: ClientInfo
}

/**
 * A counter that does not increase belongs to a copy, or to the original after copying. Synced passkeys have none: it
 * stays 0.
 */
function demandCounter(core: Core, { credential, stored, verified, client }: Counted): void {
  if (verified.counter > stored.counter || (verified.counter === 0 && stored.counter === 0)) return
  const { id: credentialId, userId } = credential
  core.emit('passkey.copy-suspected', { userId, credentialId, ...placeOf(client) })
  throw new KithError('passkey-invalid')
}
