import type { Core } from '../core.ts'
import { showPasskey } from '../passkeys/stored-passkey.ts'
import type { CredentialKind } from './credential-kinds.ts'
import type { CredentialRecord } from './credential-store.ts'

/** A credential as its owner sees it. */
export interface Credential {
  id: string
  kind: CredentialKind
  name: string | null
  createdAt: string
  lastUsedAt: string | null
  /** For recovery codes, how many are left. */
  left?: number | undefined
  /** For a passkey, the authenticator that created it; `null` if unknown. */
  authenticator?: string | null | undefined
  /** For a passkey, whether it is synced to other devices. */
  synced?: boolean | undefined
}

/** The credential as shown to its owner. */
export function showCredential({ factors }: Pick<Core, 'factors'>, record: CredentialRecord): Credential {
  const { id, name, createdAt, usedAt } = record
  const kind = record.kind as CredentialKind
  return {
    id,
    kind,
    name,
    createdAt: createdAt.toISOString(),
    lastUsedAt: usedAt?.toISOString() ?? null,
    ...(kind === 'recovery-codes' && { left: factors.codesLeft(record.data) }),
    ...(kind === 'passkey' && showPasskey(record)),
  }
}
