import type { SessionRecord, Storage, UserRecord } from '@kith/core/ports'

/** The rows of one account after some steps of its life. */
export interface Life {
  user: UserRecord | null
  session: SessionRecord | null
}

/** The steps of a worker for one account, in order. Each is one acknowledged call of the storage. */
export const stepCount = 8

/** Takes one step. */
export async function takeStep({ users, sessions }: Storage, life: number, step: number): Promise<unknown> {
  const { user, session } = lifeOf(life)
  const { id, userId } = session
  const rotation = {
    id,
    expiresAt: session.expiresAt,
    boundKey: null,
    address: '198.51.100.7',
    userAgent: null,
  }
  switch (step) {
    case 1:
      return users.create(user)
    case 2:
      return sessions.open(session, 1_000)
    case 3:
      return sessions.rotate({ ...rotation, generation: 0, now: at(life, 3) })
    case 4:
      return users.update(user.id, { name: 'Grace', bio: 'COBOL', email: null, emailVerifiedAt: null })
    case 5:
      return users.replacePassword(user.id, user.passwordHash, 'second')
    case 6:
      return sessions.rotate({ ...rotation, generation: 1, now: at(life, 6) })
    case 7:
      return sessions.revoke({ id, userId }, at(life, 7))
    default:
      return users.markDeleted(user.id, at(life, 8))
  }
}

/** The rows that must be found after the first `steps` steps. */
export function expectedAfter(life: number, steps: number): Life {
  const { user, session } = lifeOf(life)
  if (steps >= 4) Object.assign(user, { name: 'Grace', bio: 'COBOL', email: null, emailVerifiedAt: null })
  if (steps >= 5) Object.assign(user, { passwordHash: 'second', sessionEpoch: 1 })
  if (steps >= 3) Object.assign(session, { generation: 1, rotatedAt: at(life, 3), address: '198.51.100.7' })
  if (steps >= 6) Object.assign(session, { generation: 2, rotatedAt: at(life, 6) })
  if (steps >= 7) session.revokedAt = at(life, 7)
  return { user: steps >= 1 && steps < 8 ? user : null, session: steps >= 2 ? session : null }
}

/** The id of the account of a life. */
export function userIdOf(life: number): string {
  return `01900000-0000-7000-8000-${life.toString(16).padStart(12, '0')}`
}

/** The id of the session of a life. */
export function sessionIdOf(life: number): string {
  return userIdOf(life).replace('-8000-', '-9000-')
}

function lifeOf(life: number): { user: UserRecord; session: SessionRecord } {
  const user: UserRecord = {
    id: userIdOf(life),
    username: `user-${life}`,
    email: `user-${life}@example.com`,
    emailVerifiedAt: at(life, 1),
    phone: null,
    phoneVerifiedAt: null,
    name: 'Ada',
    // Long enough to need separate pages, so that a torn write would show.
    bio: 'Analytical Engine '.repeat(400),
    passwordHash: 'first',
    bannedAt: null,
    bannedUntil: null,
    banReason: null,
    role: 'member',
    sessionEpoch: 0,
    createdAt: at(life, 1),
    waitingSince: null,
    invitedBy: null,
    age: null,
    fields: {},
  }
  const session: SessionRecord = {
    id: sessionIdOf(life),
    userId: user.id,
    epoch: 0,
    generation: 0,
    createdAt: at(life, 2),
    rotatedAt: at(life, 2),
    expiresAt: new Date(4_000_000_000_000),
    revokedAt: null,
    provedAt: at(life, 2),
    methods: ['pwd', 'otp'],
    actorId: null,
    actorSessionId: null,
    boundKey: null,
    deviceName: 'Laptop',
    address: '192.0.2.1',
    userAgent: null,
  }
  return { user, session }
}

function at(life: number, step: number): Date {
  return new Date(1_700_000_000_000 + life * 10 + step)
}
