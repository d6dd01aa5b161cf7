import { randomBytes } from 'node:crypto'
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

// Times are close to the present, so that a store whose rows or keys expire passes too, and have milliseconds, so that
// a store that truncates them fails.
const start = Math.floor(Date.now() / 1000) * 1000 + 123
const run = randomBytes(3).toString('hex')
let made = 0

/** The time of the sample records, or a little after it. */
export function later(millis = 0): Date {
  return new Date(start + millis)
}

/** A new UUIDv7 that sorts after those made before it. */
export function nextId(): string {
  const time = start.toString(16).padStart(12, '0')
  const count = (++made).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${run.slice(0, 3)}-8${run.slice(3)}-${count}`
}

/** An account with every field filled, unique among those created here. */
export function sampleUser(fields: Partial<UserRecord> = {}): UserRecord {
  const id = nextId()
  return {
    id,
    username: `user-${made}`,
    email: `user-${made}@example.com`,
    emailVerifiedAt: later(1000),
    phone: `+4930${String(made).padStart(8, '0')}`,
    phoneVerifiedAt: later(2000),
    name: 'Ada Lovelace',
    bio: 'Notes on the Analytical Engine',
    passwordHash: `hash-${made}`,
    bannedAt: null,
    bannedUntil: null,
    banReason: null,
    role: 'editor',
    sessionEpoch: 3,
    createdAt: later(),
    waitingSince: null,
    invitedBy: nextId(),
    age: { from: 16, to: 17, source: 'declared', at: later(4003) },
    fields: { pronouns: 'they/them', 'own.birthday': '1815-12-10' },
    ...fields,
  }
}

/** A live session of a new user; it expires after an hour. */
export function sampleSession(fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: nextId(),
    userId: nextId(),
    epoch: 3,
    generation: 0,
    createdAt: later(),
    rotatedAt: later(),
    expiresAt: later(3_600_000),
    revokedAt: null,
    provedAt: later(),
    methods: ['pwd', 'otp'],
    actorId: nextId(),
    actorSessionId: nextId(),
    boundKey: null,
    deviceName: 'Laptop',
    address: '192.0.2.1',
    userAgent: 'Browser/1.0',
    ...fields,
  }
}

/** A code of its own account that lives for ten minutes, with five attempts. */
export function sampleCode(fields: Partial<CodeRecord> = {}): CodeRecord {
  return {
    purpose: 'verify-email',
    subject: nextId(),
    userId: nextId(),
    hashes: [`Hash-${made}`, `Other-hash-${made}`],
    data: '{"email":"ada@example.com"}',
    tries: 5,
    createdAt: later(),
    expiresAt: later(600_000),
    ...fields,
  }
}

/** A passkey that was never used. */
export function sampleCredential(fields: Partial<CredentialRecord> = {}): CredentialRecord {
  return {
    id: nextId(),
    userId: nextId(),
    kind: 'passkey',
    subject: `Subject-${made}`,
    name: 'Phone',
    data: '{"publicKey":"MFkwEwYHKoZIzj0CAQ"}',
    version: 0,
    createdAt: later(),
    usedAt: null,
    ...fields,
  }
}

/** A follow between two nodes of its own. */
export function sampleEdge(fields: Partial<EdgeRecord> = {}): EdgeRecord {
  return { id: nextId(), kind: 'follow', from: nextId(), to: nextId(), ...fields }
}

/** A post that was never edited, of an author of its own. */
export function samplePost(fields: Partial<PostRecord> = {}): PostRecord {
  return {
    id: nextId(),
    authorId: nextId(),
    caption: 'The Engine can arrange and combine',
    createdAt: later(),
    editedAt: null,
    fields: { place: { name: 'London', at: [51.5, -0.13] } },
    ...fields,
  }
}

/** What was measured of a picture. */
export const sampleMeasures: Readonly<MediaMeasures> = Object.freeze({
  width: 1600,
  height: 1200,
  durationSeconds: null,
  thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
  palette: ['#203040', '#f0e0d0'],
  lightness: 0.25,
  saturation: 0.5,
  takenAt: '2024-02-29T12:34:56',
})

/** A picture of an owner of its own whose blob is about to be stored. */
export function sampleMedia(fields: Partial<MediaRecord> = {}): MediaRecord {
  return {
    id: nextId(),
    ownerId: nextId(),
    kind: 'image',
    contentType: 'image/webp',
    createdAt: later(),
    state: 'reserved',
    measures: null,
    attachment: null,
    ...fields,
  }
}

/** Text that breaks stores: quotes, SQL and query operators, astral and combining characters, length. */
export const difficultTexts: readonly string[] = [
  `'; DROP TABLE users; -- "\`\\%_?:@$1`,
  '{"$where":"1"} $set a.b.c',
  '👩🏽‍🚀 𝒜𝒹𝒶 🏳️‍🌈',
  'e\u0301 \u00e9 \u202e \u200d \ufeff',
  ' leading, trailing,\ttab\r\nand lines ',
  '',
  '𝕏'.repeat(20_000),
]

/** The same, short enough for lookup keys. */
export const difficultNames: readonly string[] = difficultTexts.map((text) => text.slice(0, 200))

/** The longest data that a store accepts: 64 KiB of UTF-8 in characters of one byte, of two and of four. */
export const longestData: readonly string[] = ['x', 'é', '𝕏'].map((character) =>
  character.repeat(65_536 / Buffer.byteLength(character)),
)
