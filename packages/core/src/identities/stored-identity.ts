import * as z from 'zod'
import { emailSchema } from '../accounts/identifiers.ts'
import type { Core } from '../core.ts'
import { credentialKinds } from '../credentials/credential-kinds.ts'
import type { AddCredentialResult, CredentialRecord } from '../credentials/credential-store.ts'
import { lineOfText, visible } from '../input.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { ForeignIdentity } from './identity-provider.ts'

const kind = 'identity'

const named = z.string().min(1).max(500)

/**
 * Validates a provider's identity: its issuer and subject are required, other data is kept only if it is well-formed.
 */
export const foreignIdentity: z.ZodType<ForeignIdentity> = z.object({
  issuer: named,
  subject: named,
  verifiedEmail: emailSchema().nullable().catch(null),
  name: visible(lineOfText(100)).pipe(z.string().min(1)).nullable().catch(null),
  username: z.string().max(100).nullable().catch(null),
})

/** Unique across issuers. */
function subjectOf({ issuer, subject }: ForeignIdentity): string {
  return JSON.stringify([issuer, subject])
}

/** The credential of an identity, if an account has it. */
export async function findIdentity(core: Core, identity: ForeignIdentity): Promise<CredentialRecord | null> {
  return await core.storage.credentials.bySubject(kind, subjectOf(identity))
}

/** Records that an identity was used. A concurrent sign-in that does so suffices. */
export async function markUsed(core: Core, identity: ForeignIdentity): Promise<void> {
  const used = await findIdentity(core, identity)
  if (used) await core.storage.credentials.step({ id: used.id, version: used.version, usedAt: core.clock() })
}

/** An identity for an account, with the title of its provider. */
export interface AddedIdentity {
  userId: string
  identity: ForeignIdentity
  title: string
}

/** The default name of an identity in lists. */
function nameOf({ title, identity: { verifiedEmail } }: Omit<AddedIdentity, 'userId'>): string {
  return (verifiedEmail === null ? title : `${title} (${verifiedEmail})`).slice(0, 100)
}

/** The credential of an identity. */
export function credentialOf(core: Core, added: AddedIdentity): CredentialRecord {
  return {
    id: core.makeId(),
    userId: added.userId,
    kind,
    subject: subjectOf(added.identity),
    name: nameOf(added),
    data: '',
    version: 0,
    createdAt: core.clock(),
    usedAt: null,
  }
}

/** Adds an identity to an account, and emits the event. */
export async function addIdentity(
  core: Core,
  credential: CredentialRecord,
  { rows, tell }: { rows: OutboxRows<unknown> | undefined; tell(): void },
): Promise<AddCredentialResult> {
  const added = await core.storage.credentials.add(credential, credentialKinds[kind].atMost, rows)
  if (added === 'added') tell()
  return added
}
