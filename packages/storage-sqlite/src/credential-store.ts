import type {
  AddCredentialResult,
  CredentialRecord,
  CredentialStore,
  RemoveCredentialResult,
  RemovedCredential,
} from '@kith/core/ports'
import type { Connection } from './database.ts'
import { fromHex, toStored } from './ids.ts'
import { fromMillis, fromMillisOrNull, toMillis } from './millis.ts'
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

const columns =
  'hex(id) AS id, hex(user_id) AS user_id, kind, subject, name, data, version, created_at, used_at'
const owned = 'id = @id AND user_id = @userId'
const amongKinds = 'kind IN (SELECT value FROM json_each(@kinds))'

type CredentialStatement =
  | 'userIsLive'
  | 'ofKind'
  | 'insert'
  | 'byUser'
  | 'bySubject'
  | 'step'
  | 'kindOfOwn'
  | 'userHasWayIn'
  | 'hasOther'
  | 'remove'
  | 'removeOf'

/** Every statement of the store. */
export const credentialStatements: Readonly<Record<CredentialStatement, string>> = Object.freeze({
  userIsLive: 'SELECT 1 FROM kith_users WHERE id = @userId AND deleted_at IS NULL',
  ofKind: 'SELECT count(*) AS held FROM kith_credentials WHERE user_id = @userId AND kind = @kind',
  insert: `INSERT INTO kith_credentials (id, user_id, kind, subject, name, data, version, created_at, used_at)
    VALUES (@id, @userId, @kind, @subject, @name, @data, @version, @createdAt, @usedAt)`,
  byUser: `SELECT ${columns} FROM kith_credentials WHERE user_id = @userId ORDER BY kith_credentials.id`,
  bySubject: `SELECT ${columns} FROM kith_credentials WHERE kind = @kind AND subject = @subject`,
  step: `UPDATE kith_credentials SET version = version + 1, data = coalesce(@data, data),
      name = iif(@renames, @name, name), used_at = coalesce(@usedAt, used_at)
    WHERE id = @id AND version = @version`,
  kindOfOwn: `SELECT kind FROM kith_credentials WHERE ${owned}`,
  userHasWayIn: `SELECT 1 FROM kith_users WHERE id = @userId AND deleted_at IS NULL AND (password_hash IS NOT NULL
    OR @email AND email IS NOT NULL AND email_verified_at IS NOT NULL
    OR @phone AND phone IS NOT NULL AND phone_verified_at IS NOT NULL)`,
  hasOther: `SELECT 1 FROM kith_credentials WHERE user_id = @userId AND id <> @id AND ${amongKinds}`,
  remove: `DELETE FROM kith_credentials WHERE ${owned}`,
  removeOf: `DELETE FROM kith_credentials WHERE user_id = @userId AND (@kinds IS NULL OR ${amongKinds})
    RETURNING hex(id) AS id, kind`,
})

/** Creates the store of credentials on a connection. */
export function createCredentialStore(connection: Connection): CredentialStore {
  const { run, get, all, read, atomically } = connection

  return {
    add({ id, createdAt, usedAt, ...credential }, atMost, outbox) {
      const { kind, subject } = credential
      const userId = toStored(credential.userId)
      const dates = { createdAt: toMillis(createdAt), usedAt: toMillis(usedAt) }
      const row = { ...credential, ...dates, id: toStored(id), userId }
      return atomically((): AddCredentialResult => {
        if (!get(credentialStatements.userIsLive, { userId })) return 'gone'
        if (get(credentialStatements.bySubject, { kind, subject })) return 'taken'
        const { held } = get<{ held: number }>(credentialStatements.ofKind, { userId, kind }) ?? { held: 0 }
        if (held >= atMost) return 'too-many'
        run(credentialStatements.insert, row)
        if (outbox) addToOutbox(connection, outbox())
        return 'added'
      })
    },
    byUser(userId) {
      const values = { userId: toStored(userId) }
      return read(() => all<CredentialRow>(credentialStatements.byUser, values).map(credentialFrom))
    },
    async bySubject(kind, subject) {
      const row = await read(() => get<CredentialRow>(credentialStatements.bySubject, { kind, subject }))
      return row && credentialFrom(row)
    },
    step({ id, version, data = null, name, usedAt = null }, outbox) {
      const renaming = { renames: name === undefined ? 0 : 1, name: name ?? null }
      const values = { id: toStored(id), version, data, ...renaming, usedAt: toMillis(usedAt) }
      return writing(connection, outbox, () => {
        const stepped = run(credentialStatements.step, values) === 1
        if (stepped && outbox) addToOutbox(connection, outbox())
        return stepped
      })
    },
    remove(credential, { kinds, addresses }, outbox) {
      const [id, userId] = [toStored(credential.id), toStored(credential.userId)]
      const [email, phone] = [addresses.includes('email') ? 1 : 0, addresses.includes('phone') ? 1 : 0]
      return atomically((): RemoveCredentialResult => {
        const own = get<{ kind: string }>(credentialStatements.kindOfOwn, { id, userId })
        if (!own) return 'gone'
        const mayGo =
          !kinds.includes(own.kind) ||
          (get(credentialStatements.userHasWayIn, { userId, email, phone }) ??
            get(credentialStatements.hasOther, { userId, id, kinds: JSON.stringify(kinds) }))
        if (!mayGo) return 'last-way-in'
        run(credentialStatements.remove, { id, userId })
        if (outbox) addToOutbox(connection, outbox())
        return 'removed'
      })
    },
    removeOf(userId, kinds, outbox) {
      const values = { userId: toStored(userId), kinds: kinds ? JSON.stringify(kinds) : null }
      return writing(connection, outbox, () => {
        const removed = all<RemovedCredential>(credentialStatements.removeOf, values)
          .map(({ id, kind }) => ({ id: fromHex(id), kind }))
          .sort((a, b) => (a.id < b.id ? -1 : 1))
        if (outbox && removed.length > 0) addToOutbox(connection, outbox(structuredClone(removed)))
        return removed
      })
    },
  }
}

function credentialFrom(row: CredentialRow): CredentialRecord {
  return {
    id: fromHex(row.id),
    userId: fromHex(row.user_id),
    kind: row.kind,
    subject: row.subject,
    name: row.name,
    data: row.data,
    version: row.version,
    createdAt: fromMillis(row.created_at),
    usedAt: fromMillisOrNull(row.used_at),
  }
}
