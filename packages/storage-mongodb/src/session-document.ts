import type { SessionRecord } from '@kith/core/ports'
import type { Identified } from './collection.ts'

/** A session. */
export interface SessionDocument
  extends
    Identified,
    Omit<SessionRecord, 'id' | 'epoch' | 'provedAt' | 'methods' | 'actorId' | 'actorSessionId' | 'boundKey'> {
  /** Missing in documents that an earlier release wrote. */
  epoch?: number
  /** Also missing there, like the methods: then it was proved when it was opened, with a password. */
  provedAt?: Date
  methods?: string[]
  /** Present while an admin acts as the account. */
  actorId?: string
  actorSessionId?: string
  /** Also missing there: then it is bound to none. */
  boundKey?: string | null
  /** When it ended, or will. */
  endsAt: Date
  /** Which call of `revokeAll` ended it. */
  revokedBy?: string
}

/** A new session. */
export function sessionDocument({ id, actorId, actorSessionId, ...session }: SessionRecord): SessionDocument {
  const { revokedAt, expiresAt } = session
  return {
    _id: id,
    ...session,
    ...(actorId !== null && { actorId }),
    ...(actorSessionId !== null && { actorSessionId }),
    endsAt: revokedAt && revokedAt < expiresAt ? revokedAt : expiresAt,
  }
}

/** A session from its document. */
export function sessionFrom(row: SessionDocument): SessionRecord {
  return {
    id: row._id,
    userId: row.userId,
    epoch: row.epoch ?? 0,
    generation: row.generation,
    createdAt: row.createdAt,
    rotatedAt: row.rotatedAt,
    expiresAt: row.expiresAt,
    revokedAt: row.revokedAt,
    provedAt: row.provedAt ?? row.createdAt,
    methods: row.methods ?? ['pwd'],
    actorId: row.actorId ?? null,
    actorSessionId: row.actorSessionId ?? null,
    boundKey: row.boundKey ?? null,
    deviceName: row.deviceName,
    address: row.address,
    userAgent: row.userAgent,
  }
}
