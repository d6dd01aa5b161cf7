import type { SessionRecord, UserRecord } from '@kith/core'

let made = 0

/** An account unlike any other made in this process. */
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
    createdAt: new Date(1_700_000_000_000 + made),
    ...fields,
  }
}

/** A session that lives long. */
export function sampleSession(fields: Partial<SessionRecord> = {}): SessionRecord {
  made++
  const createdAt = new Date(1_700_000_000_000 + made)
  return {
    id: sampleId(),
    userId: sampleId(),
    generation: 0,
    createdAt,
    rotatedAt: createdAt,
    expiresAt: new Date(4_000_000_000_000),
    revokedAt: null,
    deviceName: 'Laptop',
    address: '192.0.2.1',
    userAgent: null,
    ...fields,
  }
}

function sampleId(): string {
  return `01900000-0000-7000-8000-${made.toString(16).padStart(12, '0')}`
}
