import assert from 'node:assert/strict'
import type { CodeRecord, CodeRenewal } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { later, nextId, sampleCode } from '../records.ts'
import { type CodingStores, current, miss, tryOf } from './codes.ts'

/** Other secrets for a code, a second after the sample records were made. */
export function renewalOf(code: CodeRecord, fields: Partial<CodeRenewal> = {}): CodeRenewal {
  const { purpose, subject } = code
  return {
    purpose,
    subject,
    hashes: ['Renewed', 'Renewed too'],
    now: later(1_000),
    expiresAt: later(900_001),
    ...fields,
  }
}

/** What `renew` promises to one caller. */
export const renewingCases: readonly Case<CodingStores>[] = [
  {
    id: 'codes/renew',
    title: 'renew gives a code other secrets and another expiry; its data and its attempts stay',
    async run({ codes }) {
      const [code, other] = [sampleCode(), sampleCode()]
      for (const each of [code, other]) await codes.issue(each)
      await miss(codes, code, 2)
      const { hashes, expiresAt } = renewalOf(code)
      const renewed = { ...code, hashes, expiresAt, tries: 3 }
      assert.deepEqual(await codes.renew(renewalOf(code)), renewed)
      assert.deepEqual(await current(codes, code, later(900_000)), renewed)
      assert.equal(await current(codes, code, later(900_001)), null)
      assert.deepEqual(await codes.consume(tryOf(code)), { outcome: 'wrong' }, 'the first secret is none now')
      const attempt = tryOf(code, { hash: 'Renewed too' })
      assert.deepEqual(await codes.consume(attempt), { outcome: 'consumed', code: { ...renewed, tries: 2 } })
      assert.deepEqual(await current(codes, other), other)
    },
  },
  {
    id: 'codes/renew-shorter',
    title: 'a renewed code may expire earlier than before',
    async run({ codes }) {
      const code = sampleCode()
      await codes.issue(code)
      await codes.renew(renewalOf(code, { expiresAt: later(2_001) }))
      assert.equal((await current(codes, code, later(2_000)))?.tries, 5)
      assert.equal(await current(codes, code, later(2_001)), null)
    },
  },
  {
    id: 'codes/renew-none',
    title:
      'renew of a code that is unknown, expired or without attempts resolves to null and changes nothing',
    async run({ codes }) {
      const [code, spent] = [sampleCode(), sampleCode({ tries: 1 })]
      for (const each of [code, spent]) await codes.issue(each)
      await miss(codes, spent, 1)
      const end = code.expiresAt.getTime()
      for (const renewal of [
        renewalOf(spent),
        renewalOf(code, { now: new Date(end) }),
        renewalOf(code, { now: later(1e9), expiresAt: later(2e9) }),
        renewalOf(code, { purpose: 'other' }),
        renewalOf(code, { subject: nextId() }),
      ]) {
        assert.equal(await codes.renew(renewal), null)
        const { purpose, subject } = renewal
        assert.equal(await codes.find({ purpose, subject, now: later(650_000) }), null)
      }
      assert.deepEqual(await current(codes, code), code)
      assert.notEqual(await codes.renew(renewalOf(code, { now: new Date(end - 1) })), null)
    },
  },
  {
    id: 'codes/renew-copies',
    title: 'the store copies the arguments of a renewal, and resolves to copies',
    async run({ codes }) {
      const code = sampleCode()
      await codes.issue(code)
      const given = structuredClone(renewalOf(code))
      const answer = await codes.renew(given)
      const renewed = structuredClone(answer)
      given.hashes.push('Wrong')
      given.expiresAt.setTime(0)
      answer?.hashes.push('Wrong')
      answer?.expiresAt.setTime(0)
      assert.deepEqual(await current(codes, code), renewed)
    },
  },
]
