import type { CodeRecord, CodeStore, ConsumeCodeResult } from '@kith/core/ports'
import type { Connection } from './connection.ts'
import { toId } from './ids.ts'
import { fromMillis, moment, toMillis } from './moments.ts'
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

const columns =
  'purpose, subject, user_id, array_to_json(hashes)::text AS hashes, data, tries, created_at, expires_at'
const living = `purpose = @purpose AND subject = @subject AND expires_at > ${moment('now')} AND tries > 0`

type CodeStatement = 'issue' | 'issueOnce' | 'renew' | 'find' | 'take' | 'takeTry' | 'removeOf' | 'purgeEnded'

const insert = `INSERT INTO kith.codes AS codes (purpose, subject, user_id, hashes, data, tries, created_at, expires_at)
    VALUES (@purpose, @subject, @userId, @hashes, @data, @tries, ${moment('createdAt')},
      ${moment('expiresAt')})
    ON CONFLICT (purpose, subject) DO UPDATE SET user_id = excluded.user_id, hashes = excluded.hashes,
      data = excluded.data, created_at = excluded.created_at, expires_at = excluded.expires_at`

/** Every statement of the store. Each decides by itself, under the lock of the row that it changes. */
export const codeStatements: Readonly<Record<CodeStatement, string>> = Object.freeze({
  issue: `${insert}, tries = CASE WHEN codes.expires_at > excluded.created_at
      THEN least(codes.tries, excluded.tries) ELSE excluded.tries END`,
  issueOnce: `${insert}, tries = excluded.tries WHERE codes.expires_at <= excluded.created_at`,
  renew: `UPDATE kith.codes SET hashes = @hashes, expires_at = ${moment('expiresAt')}
    WHERE ${living} RETURNING ${columns}`,
  find: `SELECT ${columns} FROM kith.codes WHERE ${living}`,
  take: `DELETE FROM kith.codes WHERE ${living} AND @hash = ANY (hashes) RETURNING ${columns}`,
  takeTry: `UPDATE kith.codes SET tries = tries - 1 WHERE ${living}`,
  removeOf: `DELETE FROM kith.codes WHERE user_id = @userId
    AND (@purposes::text[] IS NULL OR purpose = ANY (@purposes::text[]))`,
  purgeEnded: `DELETE FROM kith.codes WHERE ctid = ANY (ARRAY(SELECT ctid FROM kith.codes
      WHERE expires_at <= ${moment('now')} ORDER BY expires_at LIMIT @limit::int FOR UPDATE SKIP LOCKED))`,
})

/** Creates the store of codes on a connection. */
export function createCodeStore(connection: Connection): CodeStore {
  const { run, get, atomically } = connection

  return {
    async issue(code, outbox) {
      const row = rowOf(code)
      await writing(connection, outbox, async (statements) => {
        await statements.run(codeStatements.issue, row)
        if (outbox) await addToOutbox(statements, outbox())
      })
    },
    issueOnce(code, outbox) {
      const row = rowOf(code)
      // A transaction even for one statement: if its COMMIT is lost, the server can say whether it was committed.
      return atomically(async (statements) => {
        const isIssued = (await statements.run(codeStatements.issueOnce, row)) === 1
        if (isIssued && outbox) await addToOutbox(statements, outbox())
        return isIssued
      })
    },
    renew({ now, expiresAt, ...code }, outbox) {
      const renewal = { ...code, now: toMillis(now), expiresAt: toMillis(expiresAt) }
      return writing(connection, outbox, async (statements) => {
        const row = await statements.get<CodeRow>(codeStatements.renew, renewal)
        if (!row) return null
        if (outbox) await addToOutbox(statements, outbox(codeFrom(row)))
        return codeFrom(row)
      })
    },
    consume({ purpose, subject, hash, now }, outbox) {
      const named = { purpose, subject, now: toMillis(now) }
      // Even if it is one statement: whether a transaction was committed can be determined, so no code is lost with a
      // response.
      return atomically(async (statements): Promise<ConsumeCodeResult> => {
        const row = await statements.get<CodeRow>(codeStatements.take, { ...named, hash })
        if (!row) {
          // A code that got exactly this hash since then was another one when it was tried.
          const isWrong = (await statements.run(codeStatements.takeTry, named)) === 1
          return { outcome: isWrong ? 'wrong' : 'none' }
        }
        if (outbox) await addToOutbox(statements, outbox(codeFrom(row)))
        return { outcome: 'consumed', code: codeFrom(row) }
      })
    },
    async find({ purpose, subject, now }) {
      const row = await get<CodeRow>(codeStatements.find, { purpose, subject, now: toMillis(now) })
      return row && codeFrom(row)
    },
    async removeOf(userId, purposes) {
      await run(codeStatements.removeOf, { userId: toId(userId), purposes: purposes ?? null })
    },
    purgeEnded(now, limit) {
      return run(codeStatements.purgeEnded, { now: toMillis(now), limit })
    },
  }
}

function rowOf({ userId, createdAt, expiresAt, ...code }: CodeRecord) {
  const dates = { createdAt: toMillis(createdAt), expiresAt: toMillis(expiresAt) }
  return { ...code, userId: toId(userId), ...dates }
}

function codeFrom({ user_id: userId, hashes, created_at, expires_at, ...row }: CodeRow): CodeRecord {
  return {
    ...row,
    userId,
    hashes: JSON.parse(hashes) as string[],
    createdAt: fromMillis(created_at),
    expiresAt: fromMillis(expires_at),
  }
}
