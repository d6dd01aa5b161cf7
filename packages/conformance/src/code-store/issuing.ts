import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { difficultNames, difficultTexts, later, longestData, nextId, sampleCode } from '../records.ts'
import { type CodingStores, current, miss, tryOf, wrongTryOf } from './codes.ts'

const short = difficultTexts.filter((text) => Buffer.byteLength(text) <= 65_536)

/** What `issue` and `find` promise. */
export const issuingCases: readonly Case<CodingStores>[] = [
  {
    id: 'codes/issue',
    title: 'issue saves every field unchanged, and find resolves to the code',
    async run({ codes }) {
      const own = sampleCode()
      const nobodys = sampleCode({ userId: null, hashes: ['Alone'], data: '', tries: 1 })
      for (const code of [own, nobodys]) await codes.issue(code)
      for (const code of [own, nobodys]) assert.deepEqual(await current(codes, code), code)
    },
  },
  {
    id: 'codes/issue-once',
    title:
      'issueOnce saves every field of a code, and changes nothing until that one has expired or is consumed',
    async run({ codes }) {
      const [first, another] = [sampleCode({ tries: 1 }), sampleCode()]
      const { purpose, subject, expiresAt } = first
      const later1 = new Date(expiresAt.getTime() - 1)
      const again = sampleCode({ purpose, subject, createdAt: later1, expiresAt: later(900_000) })
      const next = { ...again, createdAt: expiresAt }
      for (const code of [first, another]) assert.equal(await codes.issueOnce(code), true)
      assert.deepEqual(await current(codes, first), first)
      assert.equal(await codes.issueOnce(again), false)
      assert.deepEqual(await current(codes, first), first)
      assert.deepEqual(await codes.consume(wrongTryOf(first)), { outcome: 'wrong' })
      assert.equal(await codes.issueOnce(again), false)
      assert.equal(await current(codes, first), null)
      assert.equal(await codes.issueOnce(next), true)
      assert.deepEqual(await current(codes, next, expiresAt), next)
      assert.deepEqual(await codes.consume(tryOf(another)), { outcome: 'consumed', code: another })
      assert.equal(await codes.issueOnce(another), true)
      assert.deepEqual(await current(codes, another), another)
    },
  },
  {
    id: 'codes/texts',
    title: 'strings are returned unchanged, and identify the code exactly',
    async run({ codes }) {
      const all = difficultNames.map((text) => sampleCode({ purpose: text, subject: text, hashes: [text] }))
      for (const code of all) await codes.issue(code)
      for (const code of all) {
        assert.deepEqual(await current(codes, code), code)
        assert.deepEqual(await codes.consume(tryOf(code)), { outcome: 'consumed', code })
      }
    },
  },
  {
    id: 'codes/data',
    title: 'data is returned unchanged, up to 64 KiB of UTF-8',
    async run({ codes }) {
      for (const data of [...short, ...longestData]) {
        const code = sampleCode({ data })
        await codes.issue(code)
        assert.deepEqual(await current(codes, code), code)
        assert.deepEqual(await codes.consume(tryOf(code)), { outcome: 'consumed', code })
      }
    },
  },
  {
    id: 'codes/dates',
    title: 'dates keep their milliseconds',
    async run({ codes }) {
      const code = sampleCode({ createdAt: later(1), expiresAt: later(600_999) })
      await codes.issue(code)
      assert.deepEqual(await current(codes, code), code)
    },
  },
  {
    id: 'codes/names-apart',
    title:
      'purpose and subject name a code together: one of another purpose or subject is unknown, and untouched',
    async run({ codes }) {
      const subject = nextId()
      const all = [
        sampleCode({ purpose: 'sign-in', subject }),
        sampleCode({ purpose: 'reset', subject }),
        sampleCode({ purpose: 'Sign-in', subject }),
        sampleCode({ purpose: 'sign-in', subject: `${subject}:a` }),
        sampleCode({ purpose: `sign-in:${subject}`, subject: 'a' }),
        sampleCode({ purpose: 'sign-in', subject: subject.toUpperCase() }),
      ]
      for (const code of all) await codes.issue(code)
      const [first, ...others] = all
      assert.ok(first)
      for (const other of others) {
        const { purpose, subject } = other
        assert.deepEqual(await codes.consume(tryOf(first, { purpose, subject })), { outcome: 'wrong' })
      }
      for (const other of others) assert.deepEqual(await current(codes, other), { ...other, tries: 4 })
      const unknown = [{ purpose: 'never' }, { subject: nextId() }]
      for (const name of unknown) {
        assert.deepEqual(await codes.consume(tryOf(first, name)), { outcome: 'none' })
        assert.equal(await current(codes, { ...first, ...name }), null)
      }
      assert.deepEqual(await current(codes, first), first)
    },
  },
  {
    id: 'codes/find',
    title:
      'find resolves to a code until the millisecond before it ends and while it has tries, and costs none',
    async run({ codes }) {
      const code = sampleCode({ tries: 1 })
      await codes.issue(code)
      const end = code.expiresAt.getTime()
      for (const now of [later(), later(1), new Date(end - 1)])
        assert.deepEqual(await current(codes, code, now), code)
      for (const now of [new Date(end), later(1e9)]) assert.equal(await current(codes, code, now), null)
      await miss(codes, code, 1)
      assert.equal(await current(codes, code), null, 'it has no tries left')
    },
  },
  {
    id: 'codes/issue-replaces',
    title: 'issue replaces a code of the same purpose and subject completely, including its secrets',
    async run({ codes }) {
      const before = sampleCode()
      const { purpose, subject } = before
      const next = sampleCode({
        ...{ purpose, subject, createdAt: later(501), expiresAt: later(700_001) },
        ...{ data: 'other', hashes: ['Next'], userId: null },
      })
      for (const code of [before, next]) await codes.issue(code)
      assert.deepEqual(await current(codes, next), next)
      for (const hash of before.hashes)
        assert.deepEqual(await codes.consume(tryOf(before, { hash })), { outcome: 'wrong' })
      assert.deepEqual(await codes.consume(tryOf(next)), {
        outcome: 'consumed',
        code: { ...next, tries: 3 },
      })
    },
  },
  {
    id: 'codes/issue-keeps-fewer-tries',
    title: 'a code that replaces an unexpired one has no more attempts than that had left, nor than its own',
    async run({ codes }) {
      const first = sampleCode({ tries: 5 })
      await codes.issue(first)
      await miss(codes, first, 2)
      const end = first.expiresAt.getTime()
      for (const [given, left] of [
        [5, 3],
        [1e6, 3],
        [3, 3],
        [2, 2],
        [5, 2],
      ] as const) {
        const next = { ...first, tries: given, createdAt: new Date(end - 1), expiresAt: new Date(end) }
        await codes.issue(next)
        assert.deepEqual(await current(codes, first), { ...next, tries: left })
      }
    },
  },
  {
    id: 'codes/issue-exhausted',
    title: 'if no attempts are left, another code gets none until the used-up one expires',
    async run({ codes }) {
      const first = sampleCode({ tries: 2 })
      await codes.issue(first)
      await miss(codes, first, 2)
      const end = first.expiresAt.getTime()
      const early = { ...first, tries: 5, createdAt: new Date(end - 1) }
      await codes.issue(early)
      assert.equal(await current(codes, early), null)
      assert.deepEqual(await codes.consume(tryOf(early)), { outcome: 'none' })
      const fresh = { ...first, tries: 5, createdAt: new Date(end), expiresAt: new Date(end + 600_000) }
      await codes.issue(fresh)
      assert.deepEqual(await current(codes, fresh), fresh)
    },
  },
  {
    id: 'codes/issue-afresh',
    title: 'a code that replaces an expired one, or follows a removed one, has all of its attempts',
    async run({ codes }) {
      const first = sampleCode({ tries: 2, userId: nextId() })
      await codes.issue(first)
      await miss(codes, first, 1)
      const { expiresAt } = first
      const next = {
        ...first,
        tries: 5,
        createdAt: expiresAt,
        expiresAt: new Date(expiresAt.getTime() + 1_000),
      }
      await codes.issue(next)
      assert.deepEqual(await current(codes, next), next)
      await miss(codes, next, 1)
      assert.equal((await codes.consume(tryOf(next))).outcome, 'consumed')
      await codes.issue(next)
      assert.deepEqual(await current(codes, next), next)
      await miss(codes, next, 1)
      await codes.removeOf(next.userId ?? '')
      await codes.issue(next)
      assert.deepEqual(await current(codes, next), next)
    },
  },
  {
    id: 'codes/issue-copies',
    title: 'the store copies codes on the way in and out',
    async run({ codes }) {
      const code = sampleCode()
      const given = structuredClone(code)
      await codes.issue(given)
      given.hashes.push('Wrong')
      given.expiresAt.setTime(0)
      const found = await current(codes, code)
      assert.deepEqual(found, code)
      found?.hashes.push('Wrong')
      found?.expiresAt.setTime(0)
      assert.deepEqual(await current(codes, code), code)
      assert.deepEqual(await codes.consume(wrongTryOf(code)), { outcome: 'wrong' })
    },
  },
]
