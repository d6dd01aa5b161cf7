import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleCode } from '../records.ts'
import { type CodingStores, countOf, current, miss, tryOf, wrongTryOf } from './codes.ts'
import { renewalOf } from './renewing.ts'

/** What `removeOf` and `purgeEnded` promise. */
export const removingCases: readonly Case<CodingStores>[] = [
  {
    id: 'codes/remove-of',
    title: 'removeOf removes all codes of an account, or those of some purposes, and no others',
    async run({ codes }) {
      const [userId, subject] = [nextId(), nextId()]
      const own = ['sign-in', 'reset', 'verify-email', 'verify-phone'].map((purpose) =>
        sampleCode({ purpose, userId }),
      )
      // The subject of a code does not identify its account.
      const others = [
        sampleCode(),
        sampleCode({ userId: null, subject: userId }),
        sampleCode({ userId: subject }),
      ]
      for (const code of [...own, ...others]) await codes.issue(code)
      const left = async (): Promise<string[]> => {
        for (const code of others) assert.deepEqual(await current(codes, code), code)
        const found = await Promise.all(own.map((code) => current(codes, code)))
        return found.flatMap((code) => code?.purpose ?? [])
      }
      await codes.removeOf(userId, [])
      await codes.removeOf(userId, ['never', 'Reset'])
      await codes.removeOf(nextId())
      assert.deepEqual(await left(), ['sign-in', 'reset', 'verify-email', 'verify-phone'])
      await codes.removeOf(userId, ['reset', 'verify-phone'])
      assert.deepEqual(await left(), ['sign-in', 'verify-email'])
      await codes.removeOf(userId)
      assert.deepEqual(await left(), [])
      await codes.removeOf(userId)
    },
  },
  {
    id: 'codes/remove-race',
    title: 'a removed code is not restored by concurrent attempts and renewals',
    async run({ codes }) {
      await repeat(5, async (round) => {
        const code = sampleCode()
        await codes.issue(code)
        await race(12, async (index) => {
          if (index === round * 2) await codes.removeOf(code.userId ?? '')
          else if (index % 2) await codes.consume(wrongTryOf(code))
          else await codes.renew(renewalOf(code))
        })
        assert.equal(await current(codes, code), null)
        await codes.issue(code)
        assert.deepEqual(await current(codes, code), code, 'nothing of it is left')
      })
    },
  },
  {
    id: 'codes/purge-ended',
    title: 'purgeEnded removes codes that ended at or before the time, and no other',
    async run({ codes }) {
      const ending = sampleCode({ expiresAt: later(5_000) })
      const living = sampleCode()
      for (const code of [ending, living]) await codes.issue(code)
      assert.equal(await codes.purgeEnded(later(4_999), 10), 0)
      assert.deepEqual(await current(codes, ending), ending)
      assert.equal(await codes.purgeEnded(later(5_000), 10), 1)
      assert.equal(await current(codes, ending), null)
      assert.deepEqual(await current(codes, living), living)
    },
  },
  {
    id: 'codes/purge-renewed',
    title: 'purgeEnded uses the expiry set by a renewal',
    async run({ codes }) {
      const code = sampleCode({ expiresAt: later(5_000) })
      await codes.issue(code)
      await codes.renew(renewalOf(code, { expiresAt: later(7_000) }))
      assert.equal(await codes.purgeEnded(later(6_999), 10), 0)
      assert.equal(await codes.purgeEnded(later(7_000), 10), 1)
    },
  },
  {
    id: 'codes/purge-keeps-exhausted',
    title: 'a code without attempts stays until it expires, so that another one gets none before',
    async run({ codes }) {
      const code = sampleCode({ tries: 1 })
      await codes.issue(code)
      await miss(codes, code, 1)
      const end = code.expiresAt.getTime()
      assert.equal(await codes.purgeEnded(new Date(end - 1), 10), 0)
      await codes.issue({ ...code, tries: 5 })
      assert.deepEqual(await codes.consume(tryOf(code)), { outcome: 'none' })
      assert.equal(await codes.purgeEnded(new Date(end), 10), 1)
    },
  },
  {
    id: 'codes/purge-ended-limit',
    title: 'purgeEnded removes at most `limit` and resolves to how many',
    async run({ codes }) {
      for (let count = 0; count < 5; count++) await codes.issue(sampleCode({ expiresAt: later(1_000) }))
      for (const expected of [2, 2, 1, 0]) assert.equal(await codes.purgeEnded(later(1_000), 2), expected)
    },
  },
  {
    id: 'codes/parallel-purges',
    title: 'parallel purgeEnded calls together count each removed code once',
    async run({ codes }) {
      for (let count = 0; count < 20; count++) await codes.issue(sampleCode({ expiresAt: later(1_000) }))
      const counts = await race(20, () => codes.purgeEnded(later(1_000), 20))
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        20,
      )
    },
  },
  {
    id: 'codes/purge-issue-race',
    title: 'a code that is issued while one of the same name is purged stays',
    async run({ codes }) {
      await repeat(5, async (round) => {
        const ended = Array.from({ length: 20 }, () => sampleCode({ expiresAt: later(round) }))
        for (const code of ended) await codes.issue(code)
        const next = ended.map((code) => ({ ...code, createdAt: later(round), expiresAt: later(600_000) }))
        await race(20, async (index) => {
          const code = next[index]
          if (index % 5 === 0) await codes.purgeEnded(later(round), 20)
          if (code) await codes.issue(code)
        })
        for (const code of next) assert.deepEqual(await current(codes, code), code)
        const answers = await race(20, (index) => codes.consume(tryOf(next[index] ?? sampleCode())))
        assert.equal(countOf(answers, 'consumed'), 20)
      })
    },
  },
]
