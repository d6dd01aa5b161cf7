import { createHash } from 'node:crypto'
import type {
  CodeRecord,
  CredentialRecord,
  EdgeRecord,
  MediaMeasures,
  MediaRecord,
  PostRecord,
  SessionRecord,
  UserRecord,
} from '@kith/core/ports'

/** The creation time of all samples; the times passed to upkeep are around it. */
export const now: Date = new Date('2026-01-01T12:00:00Z')
/** The expiration time of samples that expire. */
export const hourLater: Date = new Date(now.getTime() + 3_600_000)

/** The measures of a picture. */
export const measures: MediaMeasures = {
  width: 4,
  height: 3,
  durationSeconds: null,
  thumbhash: null,
  palette: [],
  lightness: null,
  saturation: null,
  takenAt: null,
}

/** The id that stands for a name. */
export function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-${hex.slice(12, 24)}`
}

/** The owner of most samples. */
export const ada: string = idOf('ada')

/** An account with custom fields. */
export function sampleUser(id: string): UserRecord {
  return {
    id,
    username: id,
    email: `${id}@example.com`,
    emailVerifiedAt: null,
    phone: `+49${id}`,
    phoneVerifiedAt: null,
    name: id,
    bio: '',
    passwordHash: null,
    bannedAt: null,
    bannedUntil: null,
    banReason: null,
    role: 'member',
    sessionEpoch: 0,
    createdAt: now,
    waitingSince: null,
    invitedBy: null,
    age: null,
    fields: {},
  }
}

/** A text post. */
export function samplePost(id: string, authorId: string): PostRecord {
  return { id, authorId, caption: id, createdAt: now, editedAt: null, fields: {} }
}

/** A follow. */
export function sampleEdge(from: string, to: string): EdgeRecord {
  return { id: idOf(`${from} ${to}`), kind: 'follow', from, to }
}

/** A session of `ada`. */
export function sampleSession(id: string): SessionRecord {
  return {
    id,
    userId: ada,
    epoch: 0,
    generation: 0,
    createdAt: now,
    rotatedAt: now,
    expiresAt: hourLater,
    revokedAt: null,
    provedAt: now,
    methods: ['pwd'],
    actorId: null,
    actorSessionId: null,
    boundKey: null,
    deviceName: null,
    address: null,
    userAgent: null,
  }
}

/** A code of `ada` that has not expired. */
export function sampleCode(): CodeRecord {
  return {
    purpose: 'verify-email',
    subject: ada,
    userId: ada,
    hashes: ['hash'],
    data: '',
    tries: 3,
    createdAt: now,
    expiresAt: hourLater,
  }
}

/** A passkey of an account. */
export function sampleCredential(name: string, userId: string): CredentialRecord {
  return {
    id: idOf(name),
    userId,
    kind: 'passkey',
    subject: name,
    name: null,
    data: '',
    version: 0,
    createdAt: now,
    usedAt: null,
  }
}

/** A picture of `ada` whose blob is about to be stored. */
export function sampleMedia(id: string): MediaRecord {
  return {
    id,
    ownerId: ada,
    kind: 'image',
    contentType: 'image/webp',
    createdAt: now,
    state: 'reserved',
    measures: null,
    attachment: null,
  }
}
