import type { Core } from '../core.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import { KithError, PasskeyUnknownError, RetryLaterError } from '../errors.ts'
import { placeOf } from '../sessions/client-address.ts'
import type { ClientInfo } from '../viewer.ts'
import { challengeOf, demandPasskeys } from './passkey-challenge.ts'
import type { PasskeyProof } from './passkey-inputs.ts'
import type { VerifiedAssertion } from './passkey-verifier.ts'
import { readPasskey, type StoredPasskey, userHandle, writePasskey } from './stored-passkey.ts'

/** A passkey that somebody shows. Its challenge is that of the token, which the caller uses up. */
interface ShownPasskey extends PasskeyProof {
  client: ClientInfo
  /** The account that it has to belong to; `null` where it says by itself whose it is. */
  ownerId: string | null
}

/** A passkey that was right. */
export interface UsedPasskey {
  credential: CredentialRecord
  /** Where its key is kept, by RFC 8176: in hardware, or where it can be copied. */
  method: 'hwk' | 'swk'
}

/** So often one is read again that was used or renamed meanwhile. */
const mostTries = 10

/** Checks an assertion, and stores its counter. @throws passkey-invalid, passkey-unknown, not-configured, busy */
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
    // It says whether the key can leave its device, which no key can learn.
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
    // Only a passkey that was found by itself has to say whose it is.
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

/** A counter that does not go up is that of a copy, or of what was copied. Those that can be copied have none: it stays 0. */
function demandCounter(core: Core, { credential, stored, verified, client }: Counted): void {
  if (verified.counter > stored.counter || (verified.counter === 0 && stored.counter === 0)) return
  const { id: credentialId, userId } = credential
  core.emit('passkey.copy-suspected', { userId, credentialId, ...placeOf(client) })
  throw new KithError('passkey-invalid')
}
