import type {
  EdgeRecord,
  MediaMeasures,
  MediaRecord,
  PostRecord,
  SessionRecord,
  UserRecord,
} from '@kith/core/ports'

let made = 0

/** An account that differs from all others made in this process. */
export function sampleUser(fields: Partial<UserRecord> = {}): UserRecord {
  made++
  return {
    id: sampleId(),
    username: `user-${made}`,
    email: `user-${made}@example.com`,
    emailVerifiedAt: new Date(made),
    phone: null,
    phoneVerifiedAt: null,
    name: 'Ada Lovelace',
    bio: '',
    passwordHash: 'hash',
    bannedAt: null,
    bannedUntil: null,
    banReason: null,
    role: 'member',
    sessionEpoch: 0,
    createdAt: new Date(1_700_000_000_000 + made),
    waitingSince: null,
    invitedBy: null,
    age: null,
    fields: {},
    ...fields,
  }
}

/** A session with a long lifetime. */
export function sampleSession(fields: Partial<SessionRecord> = {}): SessionRecord {
  made++
  const createdAt = new Date(1_700_000_000_000 + made)
  return {
    id: sampleId(),
    userId: sampleId(),
    epoch: 0,
    generation: 0,
    createdAt,
    rotatedAt: createdAt,
    expiresAt: new Date(4_000_000_000_000),
    revokedAt: null,
    provedAt: createdAt,
    methods: ['pwd'],
    actorId: null,
    actorSessionId: null,
    boundKey: null,
    deviceName: 'Laptop',
    address: '192.0.2.1',
    userAgent: null,
    ...fields,
  }
}

/** A follow between two nodes that nothing else uses. */
export function sampleEdge(fields: Partial<EdgeRecord> = {}): EdgeRecord {
  return { id: nextId(), kind: 'follow', from: nextId(), to: nextId(), ...fields }
}

/** A post by an author that nothing else uses. */
export function samplePost(fields: Partial<PostRecord> = {}): PostRecord {
  const createdAt = new Date(1_700_000_000_000 + made)
  return {
    id: nextId(),
    authorId: nextId(),
    caption: 'hello',
    createdAt,
    editedAt: null,
    fields: {},
    ...fields,
  }
}

/** A picture of an owner that nothing else uses, whose blob is about to be stored. */
export function sampleMedia(fields: Partial<MediaRecord> = {}): MediaRecord {
  return {
    id: nextId(),
    ownerId: nextId(),
    kind: 'image',
    contentType: 'image/webp',
    createdAt: new Date(1_700_000_000_000 + made),
    state: 'reserved',
    measures: null,
    attachment: null,
    ...fields,
  }
}

/** The measures of a picture. */
export const sampleMeasures: MediaMeasures = {
  width: 4,
  height: 3,
  durationSeconds: null,
  thumbhash: null,
  palette: ['#204060'],
  lightness: 0.5,
  saturation: 0.5,
  takenAt: null,
}

function nextId(): string {
  made++
  return sampleId()
}

function sampleId(): string {
  return `01900000-0000-7000-8000-${made.toString(16).padStart(12, '0')}`
}
