import type {
  AddCredentialResult,
  CredentialRecord,
  CredentialStore,
  RemoveCredentialResult,
  RemovedCredential,
} from '@kith/core/ports'
import type { Connection } from './connection.ts'
import { toId } from './ids.ts'
import { fromMillis, fromMillisOrNull, moment, toMillis } from './moments.ts'
import { addToOutbox, writing } from './outbox-store.ts'

interface CredentialRow {
  id: string
  user_id: string
  kind: string
  subject: string
  name: string | null
  data: string
  version: number
  created_at: number
  used_at: number | null
}

interface HeldUser {
  has_way_in: boolean
}

interface Room {
  taken: boolean
  held: number
}

const columns = 'id, user_id, kind, subject, name, data, version, created_at, used_at'
const amongKinds = 'kind = ANY (@kinds::text[])'

type CredentialStatement =
  | 'holdUser'
  | 'room'
  | 'insert'
  | 'byUser'
  | 'bySubject'
  | 'step'
  | 'kindOfOwn'
  | 'hasOther'
  | 'remove'
  | 'removeOf'

/**
 * Every statement of the store. Anything that depends on the other credentials of an account is decided under the lock
 * of its row in `users`, which `markDeleted` and changes of its addresses and password take as well.
 */
export const credentialStatements: Readonly<Record<CredentialStatement, string>> = Object.freeze({
  holdUser: `SELECT password_hash IS NOT NULL OR @email AND email IS NOT NULL AND email_verified_at IS NOT NULL
      OR @phone AND phone IS NOT NULL AND phone_verified_at IS NOT NULL AS has_way_in
    FROM kith.users WHERE id = @userId AND deleted_at IS NULL FOR NO KEY UPDATE`,
  room: `SELECT EXISTS (SELECT 1 FROM kith.credentials WHERE kind = @kind AND subject = @subject) AS taken,
    (SELECT count(*) FROM kith.credentials WHERE user_id = @userId AND kind = @kind) AS held`,
  insert: `INSERT INTO kith.credentials (id, user_id, kind, subject, name, data, version, created_at, used_at)
    VALUES (@id, @userId, @kind, @subject, @name, @data, @version, ${moment('createdAt')},
      ${moment('usedAt')})
    ON CONFLICT (kind, subject) DO NOTHING`,
  byUser: `SELECT ${columns} FROM kith.credentials WHERE user_id = @userId ORDER BY id`,
  bySubject: `SELECT ${columns} FROM kith.credentials WHERE kind = @kind AND subject = @subject`,
  step: `UPDATE kith.credentials SET version = version + 1, data = coalesce(@data, data),
      name = CASE WHEN @renames THEN @name ELSE name END, used_at = coalesce(${moment('usedAt')}, used_at)
    WHERE id = @id AND version = @version`,
  kindOfOwn: 'SELECT kind FROM kith.credentials WHERE id = @id AND user_id = @userId',
  hasOther: `SELECT 1 AS other FROM kith.credentials WHERE user_id = @userId AND id <> @id AND ${amongKinds} LIMIT 1`,
  remove: 'DELETE FROM kith.credentials WHERE id = @id AND user_id = @userId',
  removeOf: `DELETE FROM kith.credentials WHERE user_id = @userId AND (@kinds::text[] IS NULL OR ${amongKinds})
    RETURNING id, kind`,
})

/** Creates the store of credentials on a connection. */
export function createCredentialStore(connection: Connection): CredentialStore {
  const { get, all, atomically } = connection

  return {
    add({ createdAt, usedAt, ...credential }, atMost, outbox) {
      const { kind, subject } = credential
      const userId = toId(credential.userId)
      const row = { ...credential, createdAt: toMillis(createdAt), usedAt: toMillis(usedAt) }
      return atomically(async (statements): Promise<AddCredentialResult> => {
        const user = { userId, email: false, phone: false }
        if (!(await statements.get(credentialStatements.holdUser, user))) return 'gone'
        const room = await statements.get<Room>(credentialStatements.room, { userId, kind, subject })
        if (room?.taken) return 'taken'
        if ((room?.held ?? 0) >= atMost) return 'too-many'
        // Another account may have added the same subject since, which the constraint decides.
        if ((await statements.run(credentialStatements.insert, row)) === 0) return 'taken'
        if (outbox) await addToOutbox(statements, outbox())
        return 'added'
      })
    },
    async byUser(userId) {
      return (await all<CredentialRow>(credentialStatements.byUser, { userId: toId(userId) })).map(
        credentialFrom,
      )
    },
    async bySubject(kind, subject) {
      const row = await get<CredentialRow>(credentialStatements.bySubject, { kind, subject })
      return row && credentialFrom(row)
    },
    step({ id, version, data = null, name, usedAt = null }, outbox) {
      const renaming = { renames: name !== undefined, name: name ?? null }
      const values = { id: toId(id), version, data, ...renaming, usedAt: toMillis(usedAt) }
      // Even if it is one statement: whether a transaction was committed can be determined.
      return atomically(async (statements) => {
        const stepped = (await statements.run(credentialStatements.step, values)) === 1
        if (stepped && outbox) await addToOutbox(statements, outbox())
        return stepped
      })
    },
    remove(credential, { kinds, addresses }, outbox) {
      const [id, userId] = [toId(credential.id), toId(credential.userId)]
      const user = { userId, email: addresses.includes('email'), phone: addresses.includes('phone') }
      return atomically(async (statements): Promise<RemoveCredentialResult> => {
        const held = await statements.get<HeldUser>(credentialStatements.holdUser, user)
        const own =
          held && (await statements.get<{ kind: string }>(credentialStatements.kindOfOwn, { id, userId }))
        if (!own) return 'gone'
        const mayGo =
          !kinds.includes(own.kind) ||
          held.has_way_in ||
          (await statements.get(credentialStatements.hasOther, { userId, id, kinds }))
        if (!mayGo) return 'last-way-in'
        if ((await statements.run(credentialStatements.remove, { id, userId })) === 0) return 'gone'
        if (outbox) await addToOutbox(statements, outbox())
        return 'removed'
      })
    },
    removeOf(userId, kinds, outbox) {
      return writing(connection, outbox, async (statements) => {
        const values = { userId: toId(userId), kinds: kinds ?? null }
        const removed = (await statements.all<RemovedCredential>(credentialStatements.removeOf, values)).sort(
          (a, b) => (a.id < b.id ? -1 : 1),
        )
        if (outbox && removed.length > 0) await addToOutbox(statements, outbox(structuredClone(removed)))
        return removed
      })
    },
  }
}

function credentialFrom({ user_id: userId, created_at, used_at, ...row }: CredentialRow): CredentialRecord {
  return {
    ...row,
    userId,
    createdAt: fromMillis(created_at),
    usedAt: fromMillisOrNull(used_at),
  }
}
