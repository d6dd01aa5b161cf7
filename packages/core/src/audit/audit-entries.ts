import { actorOf, type Cause } from '../cause.ts'
import type { DurableEventName } from '../durable-events.ts'
import type { KithEvents } from '../events.ts'
import type { OutboxRow } from '../outbox/outbox-store.ts'
import type { Json } from '../own-fields/stored-fields.ts'
import { placeOf } from '../sessions/client-address.ts'

/** What the audit log records, by event name. `docs/audit.md` is generated from it. */
export const auditActions = [
  'account.registered',
  'account.approved',
  'account.refused',
  'account.imported',
  'account.edited',
  'account.password-changed',
  'account.banned',
  'account.unbanned',
  'account.deleted',
  'account.role-changed',
  'session.opened',
  'session.impersonated',
  'session.bound',
  'session.revoked',
  'session.reuse-detected',
  'credential.added',
  'credential.removed',
  'account.locked-out',
  'passkey.copy-suspected',
  'invitation.created',
  'invitation.revoked',
] as const

Object.freeze(auditActions)

/** The action of an audit log entry: the name of an event. */
export type AuditAction = (typeof auditActions)[number]

/**
 * Who did it: the owner of the account, an administrator (`by` of the host's verbs, or by acting as the account), the
 * host with its own verbs, or an unknown caller, or Kith itself.
 */
export type AuditActor = 'self' | 'admin' | 'host' | 'nobody'

/** One entry of the audit log. It contains no secret and no email address. */
export interface AuditEntry {
  id: string
  /** The account it is about. */
  userId: string
  action: AuditAction
  /** ISO 8601, UTC. */
  at: string
  /**
   * Who did it; for the owner, in which session: `null` if a password or a code was enough. For an administrator, which
   * one: the owner only sees that it was one, without either id.
   */
  actor: { kind: AuditActor; sessionId: string | null; userId?: string | undefined }
  /** Where it came from; `null` if unknown. */
  address: string | null
  userAgent: string | null
  /** Further data of the event: `{ fields }` names the identifiers that were set. */
  details: Readonly<Record<string, Json>>
}

/** The changed fields of an account, besides its profile. */
const identifyingFields: readonly string[] = ['username', 'email', 'phone', 'emailVerified', 'phoneVerified']

type Written = Omit<AuditEntry, 'id' | 'userId' | 'action' | 'at'>

/** Whether an event is recorded in the audit log. */
export function isAudited(name: DurableEventName): name is AuditAction {
  return (auditActions as readonly string[]).includes(name)
}

/** The payload of an event's row; `null` for a change that is not security-related. */
export function auditPayload(event: KithEvents[AuditAction], cause: Cause): string | null {
  const { viewer, client = {} } = cause
  const { userId: _account, ...details } = event
  if ('fields' in details) {
    details.fields = details.fields.filter((name) => identifyingFields.includes(name))
    if (details.fields.length === 0) return null
  }
  // Where the call came from is stored next to the details, for every action.
  const { address: _address, userAgent: _userAgent, ...rest } = details as Record<string, Json>
  const written: Written = {
    actor: auditActor(cause),
    ...placeOf(client),
    details: rest,
  }
  return JSON.stringify(written)
}

function auditActor(cause: Cause): AuditEntry['actor'] {
  const admin = actorOf(cause)
  if (admin) return { kind: 'admin', sessionId: admin.sessionId, userId: admin.userId }
  const { viewer } = cause
  const kind = viewer ? 'self' : viewer === null ? 'nobody' : 'host'
  return { kind, sessionId: viewer?.sessionId ?? null }
}

/** The entry of a row as the owner of the account sees it: without the administrator's identity. */
export function ownAuditEntry(row: OutboxRow): AuditEntry {
  const entry = auditEntry(row)
  if (entry.actor.kind !== 'admin') return entry
  const { actorId: _actorId, ...details } = entry.details
  return { ...entry, actor: { kind: 'admin', sessionId: null }, address: null, userAgent: null, details }
}

/** The entry of a row. */
export function auditEntry({ id, key, name, at, payload }: OutboxRow): AuditEntry {
  const written = JSON.parse(payload) as Written
  return { id, userId: key, action: name as AuditAction, at: at.toISOString(), ...written }
}
