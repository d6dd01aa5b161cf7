import * as z from 'zod'
import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { KithError, RetryLaterError } from '../errors.ts'
import { lineOfText, parseInput, visible } from '../input.ts'
import { demandOwner } from '../sessions/actor.ts'
import { demandFresh } from '../sessions/freshness.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { announcedChange, removeCredentials } from './credential-changes.ts'
import { isProof, waysIn } from './credential-kinds.ts'
import type { CredentialRecord } from './credential-store.ts'
import { type Credential, showCredential } from './credential-view.ts'

/** The credentials of accounts, besides passwords. */
export interface Credentials {
  /** The viewer's credentials, the oldest first. */
  list(viewer: Viewer): Promise<Credential[]>
  /** @throws invalid-input, credential-not-found, rate-limited, busy */
  rename(viewer: Viewer, id: string, input: { name: string }): Promise<void>
  /**
   * Removes one; removing the last authenticator app also removes the recovery codes and trusted devices. @throws
   * credential-not-found, last-way-in, proof-required, rate-limited
   */
  remove(viewer: Viewer, id: string, client?: ClientInfo): Promise<void>
}

/** The schema of a new name. */
export const credentialNameInput: z.ZodType<{ name: string }> = z.strictObject({
  name: visible(lineOfText(100)).pipe(z.string().min(1)),
})

/** How often a credential is reread because it was used or renamed meanwhile: each time another change succeeded. */
const mostTries = 100

/** Creates the credentials of one Kith instance. */
export function createCredentials(core: Core): Credentials {
  const { config, limits } = core
  const { credentials } = core.storage

  async function proofsOf({ userId }: Viewer): Promise<CredentialRecord[]> {
    return (await credentials.byUser(userId)).filter(isProof)
  }

  async function own(viewer: Viewer, id: string): Promise<CredentialRecord> {
    const found = (await proofsOf(viewer)).find((each) => each.id === id)
    if (!found) throw new KithError('credential-not-found')
    return found
  }

  /** What is meaningless without an authenticator app. */
  async function removeCompanions(userId: string, cause: Cause): Promise<void> {
    const left = await credentials.byUser(userId)
    if (!left.some(({ kind }) => kind === 'totp'))
      await removeCredentials(core, userId, { kinds: ['recovery-codes', 'trusted-device'], cause })
  }

  return {
    list: async (viewer) => (await proofsOf(viewer)).map((each) => showCredential(core, each)),
    async rename(viewer, id, input) {
      await limits.byAccount('changeByAccount', viewer.userId)
      const { name } = parseInput(credentialNameInput, input)
      await demandOwner(core, viewer)
      for (let tries = 0; tries < mostTries; tries++) {
        const { version } = await own(viewer, id)
        if (await credentials.step({ id, version, name })) return
      }
      throw new RetryLaterError('busy', 1)
    },
    async remove(viewer, id, client = {}) {
      await limits.byAccount('changeByAccount', viewer.userId)
      await demandFresh(core, viewer, config.sessions.freshForSeconds)
      const credential = await own(viewer, id)
      const cause = { viewer, client }
      const { rows, tell } = await announcedChange(core, credential, { change: 'removed', cause })
      const outcome = await credentials.remove(credential, waysIn(config), rows)
      if (outcome === 'gone') throw new KithError('credential-not-found')
      if (outcome === 'last-way-in')
        throw new KithError('last-way-in', {
          detail: 'Set a password, or add another way to sign in, first.',
        })
      core.outgoing.kick()
      tell()
      if (credential.kind === 'totp') await removeCompanions(viewer.userId, cause)
    },
  }
}
