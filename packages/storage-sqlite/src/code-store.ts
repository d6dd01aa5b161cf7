import type { CodeRecord, CodeStore, CodeTry, ConsumeCodeResult } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { fromHex, toStored, toStoredOrNull } from './ids.ts'
import { fromMillis, toMillis } from './millis.ts'
import { addToOutbox, writing } from './outbox-store.ts'

interface CodeRow {
  purpose: string
  subject: string
  user_id: string | null
  hashes: string
  data: string
  tries: number
  created_at: number
  expires_at: number
}

const columns = `purpose, subject, iif(user_id IS NULL, NULL, hex(user_id)) AS user_id, hashes, data, tries, created_at, expires_at`
const named = 'purpose = @purpose AND subject = @subject'
const living = `${named} AND expires_at > @now AND tries > 0`

type CodeStatement =
  'issue' | 'issueOnce' | 'renew' | 'find' | 'remove' | 'takeTry' | 'removeOf' | 'purgeEnded'

const insert = `INSERT INTO kith_codes (purpose, subject, user_id, hashes, data, tries, created_at, expires_at)
    VALUES (@purpose, @subject, @userId, @hashes, @data, @tries, @createdAt, @expiresAt)
    ON CONFLICT (purpose, subject) DO UPDATE SET user_id = excluded.user_id, hashes = excluded.hashes, data = excluded.data,
      created_at = excluded.created_at, expires_at = excluded.expires_at`

/** Every statement of the store. */
export const codeStatements: Readonly<Record<CodeStatement, string>> = Object.freeze({
  issue: `${insert}, tries = iif(expires_at > excluded.created_at, min(tries, excluded.tries), excluded.tries)`,
  issueOnce: `${insert}, tries = excluded.tries WHERE expires_at <= excluded.created_at`,
  renew: `UPDATE kith_codes SET hashes = @hashes, expires_at = @expiresAt WHERE ${living} RETURNING ${columns}`,
  find: `SELECT ${columns} FROM kith_codes WHERE ${living}`,
  remove: `DELETE FROM kith_codes WHERE ${named}`,
  takeTry: `UPDATE kith_codes SET tries = tries - 1 WHERE ${named}`,
  removeOf: `DELETE FROM kith_codes WHERE user_id = @userId
    AND (@purposes IS NULL OR purpose IN (SELECT value FROM json_each(@purposes)))`,
  purgeEnded: `DELETE FROM kith_codes WHERE (purpose, subject) IN
    (SELECT purpose, subject FROM kith_codes WHERE expires_at <= @now ORDER BY expires_at LIMIT @limit)`,
})

/** Creates the store of codes on a connection. */
export function createCodeStore(connection: Connection): CodeStore {
  const { run, get, all, read, write, atomically } = connection

  function find({ purpose, subject, now }: Omit<CodeTry, 'hash'>): CodeRecord | null {
    const row = get<CodeRow>(codeStatements.find, { purpose, subject, now: toMillis(now) })
    return row && codeFrom(row)
  }

  return {
    async issue(code, outbox) {
      const row = rowOf(code)
      await writing(connection, outbox, () => {
        run(codeStatements.issue, row)
        if (outbox) addToOutbox(connection, outbox())
      })
    },
    issueOnce(code, outbox) {
      const row = rowOf(code)
      return writing(connection, outbox, () => {
        const isIssued = run(codeStatements.issueOnce, row) === 1
        if (isIssued && outbox) addToOutbox(connection, outbox())
        return isIssued
      })
    },
    renew({ purpose, subject, hashes, now, expiresAt }, outbox) {
      const [name, dates] = [
        { purpose, subject },
        { now: toMillis(now), expiresAt: toMillis(expiresAt) },
      ]
      const renewal = { ...name, ...dates, hashes: JSON.stringify(hashes) }
      return writing(connection, outbox, () => {
        const [row] = all<CodeRow>(codeStatements.renew, renewal)
        if (!row) return null
        if (outbox) addToOutbox(connection, outbox(codeFrom(row)))
        return codeFrom(row)
      })
    },
    consume({ hash, ...attempt }, outbox) {
      const { purpose, subject } = attempt
      return atomically((): ConsumeCodeResult => {
        const code = find(attempt)
        if (!code) return { outcome: 'none' }
        if (!code.hashes.includes(hash)) {
          run(codeStatements.takeTry, { purpose, subject })
          return { outcome: 'wrong' }
        }
        run(codeStatements.remove, { purpose, subject })
        if (outbox) addToOutbox(connection, outbox(structuredClone(code)))
        return { outcome: 'consumed', code }
      })
    },
    find: (code) => read(() => find(code)),
    async removeOf(userId, purposes) {
      const values = { userId: toStored(userId), purposes: purposes ? JSON.stringify(purposes) : null }
      await write(() => run(codeStatements.removeOf, values))
    },
    purgeEnded(now, limit) {
      return write(() => run(codeStatements.purgeEnded, { now: toMillis(now), limit }))
    },
  }
}

function rowOf({ purpose, subject, userId, hashes, data, tries, createdAt, expiresAt }: CodeRecord) {
  return {
    purpose,
    subject,
    userId: toStoredOrNull(userId),
    hashes: JSON.stringify(hashes),
    data,
    tries,
    createdAt: toMillis(createdAt),
    expiresAt: toMillis(expiresAt),
  }
}

function codeFrom(row: CodeRow): CodeRecord {
  return {
    purpose: row.purpose,
    subject: row.subject,
    userId: row.user_id === null ? null : fromHex(row.user_id),
    hashes: JSON.parse(row.hashes) as string[],
    data: row.data,
    tries: row.tries,
    createdAt: fromMillis(row.created_at),
    expiresAt: fromMillis(row.expires_at),
  }
}
