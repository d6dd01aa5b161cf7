import {
  changedUser,
  type CreateUserResult,
  type EndedEpoch,
  type Identifier,
  type UpdateUserResult,
  type UserRecord,
  type UserStore,
} from '@kith/core/ports'
import type { Connection, Statements } from './connection.ts'
import { credentialStatements } from './credential-store.ts'
import { beforeOrEnd, toId, toIds } from './ids.ts'
import { toMillis } from './moments.ts'
import { addToOutbox, writing } from './outbox-store.ts'
import { settleNewest } from './post-counts.ts'
import { atomicallyUnless } from './undone.ts'
import { createUserLists } from './user-lists.ts'
import { profileOf, userFrom, userFromRow, type UserRow } from './user-row.ts'
import { userStatements } from './user-statements.ts'

interface HashChange {
  id: string
  expected: string | null
  next: string | null
  /** By how much it raises the epoch of sessions. */
  raise: 0 | 1
}

const nameOrder: readonly Identifier[] = ['username', 'email', 'phone']

/** Creates the account store on a connection. */
export function createUserStore(connection: Connection): UserStore {
  const { run, get, all, shown } = connection

  return {
    create(user, now, outbox) {
      return atomicallyUnless<CreateUserResult>(connection, async (statements, undo) => {
        const row = {
          ...profileOf(user),
          passwordHash: user.passwordHash,
          createdAt: toMillis(user.createdAt),
          invitedBy: toId(user.invitedBy),
        }
        // The obstacle may be gone by the time it is looked up.
        while ((await statements.run(userStatements.insert, row)) === 0) {
          if (await statements.get(userStatements.idInUse, { id: toId(user.id) }))
            return { outcome: 'id-in-use' }
          const conflicts = await taken(statements, user, now)
          if (conflicts.length > 0) return { outcome: 'taken', taken: conflicts }
        }
        if (!(await claimName(statements, user, now))) return undo({ outcome: 'taken', taken: ['username'] })
        if (outbox) await addToOutbox(statements, outbox())
        return { outcome: 'created' }
      })
    },
    async byId(id) {
      return userFrom(await get<UserRow>(userStatements.byId, { id: toId(id) }))
    },
    async byIds(ids) {
      return (await shown.all<UserRow>(userStatements.byIds, { ids: toIds(ids) })).map(userFromRow)
    },
    async byLogin(login) {
      const statement = 'email' in login ? 'byEmail' : 'phone' in login ? 'byPhone' : ('byUsername' as const)
      return userFrom(await get<UserRow>(userStatements[statement], { ...login }))
    },
    update(id, changes, ...[hold, outbox]) {
      const wanted = structuredClone(changes)
      return atomicallyUnless<UpdateUserResult>(connection, async (statements, undo) => {
        const before = userFrom(await statements.get<UserRow>(userStatements.hold, { id: toId(id) }))
        const decided = changedUser(before, wanted)
        if (!before || decided.outcome !== 'updated') return decided
        const { user } = decided
        if (nameOrder.some((name) => user[name] !== before[name])) {
          const conflicts = await taken(statements, user, hold?.now)
          if (conflicts.length > 0) return { outcome: 'taken', taken: conflicts }
        }
        await statements.run(userStatements.update, profileOf(user))
        if ((before.bannedAt === null) !== (user.bannedAt === null)) await settleNewest(statements, id)
        if (user.username !== before.username) {
          if (!(await claimName(statements, user, hold?.now)))
            return undo({ outcome: 'taken', taken: ['username'] })
          await holdName(statements, before, hold?.until)
        }
        if (outbox) await addToOutbox(statements, outbox())
        return decided
      })
    },
    replacePassword(id, expected, ...[next, outbox]) {
      return writing(connection, outbox, async (statements) => {
        const ended = await replaceHash(statements, { id, expected, next, raise: 1 })
        if (ended && outbox) await addToOutbox(statements, outbox())
        return ended
      })
    },
    async upgradeHash(id, expected, next) {
      return (await replaceHash(connection, { id, expected, next, raise: 0 })) !== null
    },
    markDeleted(id, at, ...[heldUntil, outbox]) {
      return connection.atomically(async (statements): Promise<EndedEpoch | null> => {
        const before = userFrom(await statements.get<UserRow>(userStatements.holdAlone, { id: toId(id) }))
        if (!before) return null
        await statements.run(userStatements.markDeleted, { id: toId(id), at: toMillis(at) })
        await statements.run(credentialStatements.removeOf, { userId: toId(id), kinds: null })
        await settleNewest(statements, id)
        await holdName(statements, before, heldUntil)
        if (outbox) await addToOutbox(statements, outbox())
        return { endedEpoch: before.sessionEpoch }
      })
    },
    forgetUsernames(now, limit) {
      return run(userStatements.forgetUsernames, { now: toMillis(now), limit })
    },
    async bannedIds({ before, limit }) {
      const rows = await all<{ id: string }>(userStatements.bannedIds, { before: beforeOrEnd(before), limit })
      return rows.map(({ id }) => id)
    },
    async toPurge(limit) {
      return (await all<{ id: string }>(userStatements.toPurge, { limit })).map(({ id }) => id)
    },
    async purge(id) {
      await run(userStatements.purge, { id: toId(id) })
    },
    ...createUserLists(connection),
  }
}

async function taken({ all }: Statements, user: UserRecord, now?: Date): Promise<Identifier[]> {
  const { id, username, email, phone } = user
  const names = { id: toId(id), username, email, phone, now: toMillis(now ?? null) }
  const found = new Set(
    (await all<{ name: Identifier }>(userStatements.taken, names)).map(({ name }) => name),
  )
  return nameOrder.filter((name) => found.has(name))
}

/**
 * Ends the hold of a username that its account has now, unless it is held for another one: false. Called once the row
 * with the name is written, so that nobody can release it meanwhile.
 */
async function claimName({ get }: Statements, { id, username }: UserRecord, now?: Date): Promise<boolean> {
  if (username === null) return true
  const values = { id: toId(id), username, now: toMillis(now ?? null) }
  return (await get<{ held: boolean }>(userStatements.claimName, values))?.held !== true
}

/** Holds a released username. */
async function holdName(
  { run }: Statements,
  { id, username }: UserRecord,
  until: Date | null = null,
): Promise<void> {
  if (username !== null && until)
    await run(userStatements.holdName, { id: toId(id), username, until: toMillis(until) })
}

async function replaceHash({ get }: Statements, { id, ...change }: HashChange): Promise<EndedEpoch | null> {
  const ended = await get<{ ended_epoch: number }>(userStatements.replaceHash, { ...change, id: toId(id) })
  return ended && { endedEpoch: ended.ended_epoch }
}
