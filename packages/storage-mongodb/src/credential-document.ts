import type { CredentialRecord } from '@kith/core/ports'
import type { Identified } from './collection.ts'

/** A credential. */
export interface CredentialDocument extends Identified, Omit<CredentialRecord, 'id'> {}

/** A new credential. */
export function credentialDocument({ id, ...credential }: CredentialRecord): CredentialDocument {
  return { _id: id, ...credential }
}

/** A credential from its document. */
export function credentialFrom({ _id, ...credential }: CredentialDocument): CredentialRecord {
  return { id: _id, ...credential }
}
