import assert from 'node:assert/strict'
import type { CodeRecord, ConsumeCodeResult } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleCode } from '../records.ts'
import { type CodingStores, countOf, current, tryOf, wrongTryOf } from './codes.ts'
import { renewalOf } from './renewing.ts'

/** Promises for concurrent callers. */
export const racingCases: readonly Case<CodingStores>[] = [
  {
    id: 'codes/parallel-issue-once',
    title:
      'of 20 parallel issueOnce calls exactly one is true, also where one has expired, and its code is kept whole',
    async run({ codes }) {
      await repeat(6, async (round) => {
        const { subject, purpose } = sampleCode()
        const ended = sampleCode({ subject, purpose, tries: 1, expiresAt: later(500) })
        if (round % 2) await codes.issue(ended)
        const all = Array.from({ length: 20 }, (_, index) =>
          sampleCode({ subject, purpose, data: `code ${index}`, createdAt: later(500) }),
        )
        const answers = await race(20, (index) => codes.issueOnce(all[index] as CodeRecord))
        assert.equal(answers.filter((isIssued) => isIssued).length, 1)
        assert.deepEqual(await current(codes, ended), all[answers.indexOf(true)])
      })
    },
  },
  {
    // asvs: 6.5.1
    id: 'codes/parallel-consumers',
    title: 'of 20 parallel consumers with a right hash exactly one gets the code',
    async run({ codes }) {
      await repeat(3, async () => {
        const code = sampleCode()
        await codes.issue(code)
        const answers = await race(20, (index) =>
          codes.consume(tryOf(code, { hash: code.hashes[index % 2] ?? '' })),
        )
        assert.deepEqual(
          answers.filter(({ outcome }) => outcome === 'consumed'),
          [{ outcome: 'consumed', code }],
        )
        assert.equal(countOf(answers, 'none'), 19)
        assert.equal(await current(codes, code), null)
      })
    },
  },
  {
    // asvs: 6.6.3
    id: 'codes/parallel-wrong-tries',
    title: 'of 20 parallel attempts with a wrong hash as many are wrong as the code had attempts',
    async run({ codes }) {
      await repeat(3, async () => {
        const code = sampleCode()
        await codes.issue(code)
        const answers = await race(20, (index) => codes.consume(wrongTryOf(code, { hash: `wrong-${index}` })))
        assert.deepEqual([countOf(answers, 'wrong'), countOf(answers, 'none')], [5, 15])
        assert.deepEqual(await codes.consume(tryOf(code)), { outcome: 'none' })
      })
    },
  },
  {
    id: 'codes/parallel-tries',
    title:
      'of parallel right and wrong attempts one gets the code, with the attempts that the wrong ones before it left',
    async run({ codes }) {
      await repeat(5, async (round) => {
        const code = sampleCode()
        await codes.issue(code)
        const answers = await race(20, (index) =>
          codes.consume((index + round) % 5 ? tryOf(code) : wrongTryOf(code)),
        )
        const tries = 5 - countOf(answers, 'wrong')
        assert.deepEqual(
          answers.filter(({ outcome }) => outcome === 'consumed'),
          [{ outcome: 'consumed', code: { ...code, tries } }],
        )
      })
    },
  },
  {
    id: 'codes/parallel-issues',
    title: 'of 20 parallel issues of one name one is kept completely, with the fewest attempts of all',
    async run({ codes }) {
      await repeat(3, async (round) => {
        const subject = nextId()
        const all = Array.from({ length: 20 }, (_, index) =>
          sampleCode({
            subject,
            data: `${index}`,
            tries: 3 + ((index + round) % 7),
            expiresAt: later(600_000 + index),
          }),
        )
        await race(20, (index) => codes.issue(all[index] ?? sampleCode()))
        const found = await current(codes, sampleCode({ subject }))
        assert.deepEqual(found, { ...all[Number(found?.data)], tries: 3 })
      })
    },
  },
  {
    id: 'codes/issue-wrong-race',
    title: 'requesting other codes during wrong attempts gives no further attempts',
    async run({ codes }) {
      await repeat(5, async (round) => {
        const code = sampleCode({ tries: 4 })
        await codes.issue(code)
        const answers = await race(20, async (index): Promise<ConsumeCodeResult | null> => {
          if ((index + round) % 2) return await codes.consume(wrongTryOf(code))
          await codes.issue({ ...code, hashes: [`Hash of ${index}`] })
          return null
        })
        assert.equal(
          countOf(
            answers.flatMap((answer) => answer ?? []),
            'wrong',
          ),
          4,
        )
        assert.equal(await current(codes, code), null)
      })
    },
  },
  {
    id: 'codes/issue-consume-race',
    title:
      'a code that is issued while the previous one is consumed is complete, and consumed by none of those calls',
    async run({ codes }) {
      await repeat(6, async (round) => {
        const before = sampleCode({ tries: 9 })
        await codes.issue(before)
        const next = { ...before, hashes: ['Next'], data: 'next' }
        const answers = await race(6, async (index): Promise<ConsumeCodeResult | null> => {
          if (index !== round) return await codes.consume(tryOf(before))
          await codes.issue(next)
          return null
        })
        const consumed = answers.flatMap((answer) => (answer?.outcome === 'consumed' ? [answer.code] : []))
        assert.ok(consumed.length <= 1)
        for (const code of consumed) assert.deepEqual(code, before)
        const wrong = countOf(
          answers.flatMap((answer) => answer ?? []),
          'wrong',
        )
        assert.ok(wrong + consumed.length > 0)
        assert.deepEqual(await current(codes, next), { ...next, tries: 9 - wrong })
      })
    },
  },
  {
    id: 'codes/renew-consume-race',
    title: 'of a renewal and consumers of the secrets before it either is too late',
    async run({ codes }) {
      await repeat(6, async (round) => {
        const code = sampleCode({ tries: 9 })
        await codes.issue(code)
        const answers = await race(6, async (index) =>
          index === round ? await codes.renew(renewalOf(code)) : await codes.consume(tryOf(code)),
        )
        const renewed = answers[round]
        const tries = answers.flatMap((answer) => (answer && 'outcome' in answer ? [answer] : []))
        if (renewed === null) {
          assert.deepEqual([countOf(tries, 'consumed'), countOf(tries, 'none')], [1, 4])
          assert.equal(await current(codes, code), null)
        } else {
          assert.equal(countOf(tries, 'wrong'), 5)
          const { hashes, expiresAt } = renewalOf(code)
          assert.deepEqual(renewed, { ...code, hashes, expiresAt })
          assert.deepEqual(await current(codes, code), { ...code, hashes, expiresAt, tries: 4 })
        }
      })
    },
  },
  {
    id: 'codes/renew-wrong-race',
    title: 'of parallel renewals one is kept completely, and no concurrent wrong attempt is lost',
    async run({ codes }) {
      await repeat(5, async (round) => {
        const code = sampleCode({ tries: 15 })
        await codes.issue(code)
        const expiresAt = (index: number): Date => later(700_000 + index)
        const answers = await race(20, async (index) =>
          (index + round) % 2
            ? await codes.consume(wrongTryOf(code))
            : await codes.renew(renewalOf(code, { hashes: [`${index}`], expiresAt: expiresAt(index) })),
        )
        for (const [index, answer] of answers.entries()) {
          if (answer && 'outcome' in answer) assert.equal(answer.outcome, 'wrong')
          else assert.deepEqual([answer?.hashes, answer?.expiresAt], [[`${index}`], expiresAt(index)])
        }
        const found = await current(codes, code)
        const hash = found?.hashes[0] ?? ''
        assert.deepEqual(found, { ...code, hashes: [hash], expiresAt: expiresAt(Number(hash)), tries: 5 })
      })
    },
  },
]
