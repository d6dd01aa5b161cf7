import assert from 'node:assert/strict'
import type { CodeRecord, OutboxRow } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { rowsOfBoth, waitingInBoth } from '../outbox-store/events.ts'
import { race } from '../race.ts'
import { later, sampleCode } from '../records.ts'
import { type CodingStores, countOf, current, miss, tryOf, wrongTryOf } from './codes.ts'
import { renewalOf } from './renewing.ts'

/** What the verbs of codes promise about their rows. */
export const rowCases: readonly Case<CodingStores>[] = [
  {
    id: 'codes/rows',
    title: 'issue, renew and consume store the rows of their change, each in its queue, and pass the code',
    async run(stores) {
      const { codes } = stores
      const code = sampleCode()
      const { hashes, expiresAt } = renewalOf(code)
      const renewed = { ...code, hashes, expiresAt, tries: 4 }
      const seen: CodeRecord[] = []
      function noting(rows: readonly OutboxRow[]): (change: CodeRecord) => readonly OutboxRow[] {
        return (change) => {
          seen.push(structuredClone(change))
          change.hashes.length = 0
          change.expiresAt.setTime(0)
          return rows
        }
      }
      const [issued, sentAgain, consumed] = [rowsOfBoth(), rowsOfBoth(), rowsOfBoth()]
      await codes.issue(code, () => issued)
      assert.deepEqual(await waitingInBoth(stores), issued)
      await miss(codes, code, 1)
      assert.deepEqual(await codes.renew(renewalOf(code), noting(sentAgain)), renewed)
      assert.deepEqual(await waitingInBoth(stores), sentAgain)
      assert.deepEqual(await current(codes, code), renewed)
      const attempt = tryOf(renewed)
      assert.deepEqual(await codes.consume(attempt, noting(consumed)), { outcome: 'consumed', code: renewed })
      assert.deepEqual(await waitingInBoth(stores), consumed)
      assert.deepEqual(seen, [renewed, renewed])
    },
  },
  {
    id: 'codes/rows-once',
    title: 'issueOnce stores the rows of the call that is true, and of no other',
    async run(stores) {
      const { codes } = stores
      const code = sampleCode()
      const answers = await race(10, async () => {
        const rows = rowsOfBoth()
        return (await codes.issueOnce(code, () => rows)) ? rows : []
      })
      const told = answers.flat()
      assert.ok(told.length > 0)
      assert.deepEqual(await waitingInBoth(stores), told)
    },
  },
  {
    id: 'codes/rows-of-nothing',
    title: 'a wrong attempt, and a call that finds no code, store no rows',
    async run(stores) {
      const { codes } = stores
      const code = sampleCode({ tries: 1 })
      await codes.issue(code)
      const ended = new Date(code.expiresAt)
      assert.deepEqual(await codes.consume(tryOf(code, { now: ended }), rowsOfBoth), { outcome: 'none' })
      assert.equal(await codes.renew(renewalOf(code, { now: ended }), rowsOfBoth), null)
      assert.deepEqual(await codes.consume(wrongTryOf(code), rowsOfBoth), { outcome: 'wrong' })
      assert.deepEqual(await codes.consume(tryOf(code), rowsOfBoth), { outcome: 'none' })
      assert.equal(await codes.renew(renewalOf(code), rowsOfBoth), null)
      assert.deepEqual(await waitingInBoth(stores), [])
    },
  },
  {
    id: 'codes/rows-of-issue-or-neither',
    title: 'a code whose rows cannot be made is not issued, and the previous one stays',
    async run(stores) {
      const { codes } = stores
      const code = sampleCode()
      const failing = (): OutboxRow[] => {
        throw new RangeError('no row')
      }
      await assert.rejects(codes.issue(code, failing))
      assert.equal(await current(codes, code), null)
      await codes.issue(code)
      await assert.rejects(codes.issue({ ...code, data: 'other', createdAt: later(1), tries: 2 }, failing))
      assert.deepEqual(await current(codes, code), code)
      assert.deepEqual(await waitingInBoth(stores), [])
    },
  },
  {
    id: 'codes/parallel-rows',
    title:
      'of 20 parallel consumers the one that gets the code stores its rows; of 20 parallel issues each does',
    async run(stores) {
      const { codes } = stores
      const code = sampleCode()
      const all = Array.from({ length: 20 }, rowsOfBoth)
      await race(20, (index) => codes.issue({ ...code, hashes: [`${index}`] }, () => all[index] ?? []))
      assert.deepEqual(await waitingInBoth(stores), all.flat())
      const hash = (await current(codes, code))?.hashes[0] ?? ''
      const others = Array.from({ length: 20 }, rowsOfBoth)
      const answers = await race(20, (index) =>
        codes.consume(tryOf(code, { hash }), () => others[index] ?? []),
      )
      assert.equal(countOf(answers, 'consumed'), 1)
      const winner = answers.findIndex(({ outcome }) => outcome === 'consumed')
      assert.deepEqual(await waitingInBoth(stores), others[winner])
    },
  },
]
