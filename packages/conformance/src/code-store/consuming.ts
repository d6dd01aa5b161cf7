import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { later, sampleCode } from '../records.ts'
import { type CodingStores, current, miss, tryOf, wrongTryOf } from './codes.ts'

/** What `consume` promises to one caller. */
export const consumingCases: readonly Case<CodingStores>[] = [
  {
    id: 'codes/consume',
    title: 'any of the hashes of a code consumes it, and then none does any more',
    async run({ codes }) {
      for (const index of [0, 1, 2]) {
        const code = sampleCode()
        code.hashes.push('Third')
        await codes.issue(code)
        const hash = code.hashes[index] ?? ''
        assert.deepEqual(await codes.consume(tryOf(code, { hash })), { outcome: 'consumed', code })
        assert.equal(await current(codes, code), null)
        for (const each of [...code.hashes, 'Wrong'])
          assert.deepEqual(await codes.consume(tryOf(code, { hash: each })), { outcome: 'none' })
      }
    },
  },
  {
    id: 'codes/consume-wrong',
    title: 'a wrong hash costs an attempt, and once none is left the right one finds no code either',
    async run({ codes }) {
      const code = sampleCode({ tries: 3, hashes: ['Right', 'Also right'] })
      await codes.issue(code)
      const wrong = ['right', 'Right ', 'Righ', '', 'Also']
      for (const [index, hash] of wrong.entries()) {
        const left = 3 - index
        assert.deepEqual(await current(codes, code), left > 0 ? { ...code, tries: left } : null)
        const answer = await codes.consume(tryOf(code, { hash }))
        assert.deepEqual(answer, { outcome: left > 0 ? 'wrong' : 'none' })
      }
      for (const hash of code.hashes)
        assert.deepEqual(await codes.consume(tryOf(code, { hash })), { outcome: 'none' })
    },
  },
  {
    id: 'codes/consume-last-try',
    title: 'the last attempt may be the right one',
    async run({ codes }) {
      const code = sampleCode({ tries: 3 })
      await codes.issue(code)
      await miss(codes, code, 2)
      assert.deepEqual(await codes.consume(tryOf(code)), { outcome: 'consumed', code: { ...code, tries: 1 } })
    },
  },
  {
    id: 'codes/consume-ended',
    title:
      'a code can be consumed until the millisecond before it expires; then the result is none for any hash, and costs no attempt',
    async run({ codes }) {
      const code = sampleCode()
      await codes.issue(code)
      const end = code.expiresAt.getTime()
      for (const now of [new Date(end), later(1e9)])
        for (const attempt of [tryOf(code, { now }), wrongTryOf(code, { now })])
          assert.deepEqual(await codes.consume(attempt), { outcome: 'none' })
      assert.deepEqual(await current(codes, code), code)
      const now = new Date(end - 1)
      assert.deepEqual(await codes.consume(wrongTryOf(code, { now })), { outcome: 'wrong' })
      const answer = await codes.consume(tryOf(code, { now }))
      assert.deepEqual(answer, { outcome: 'consumed', code: { ...code, tries: 4 } })
    },
  },
]
