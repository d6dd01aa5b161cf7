import type { Revocations } from '@kith/core/ports'
import { createMemoryRevocations } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { revocationsCases } from '../src/index.ts'

testFlaws<Revocations>(revocationsCases, () => createMemoryRevocations(), [
  {
    flaw: 'denies everyone once anyone was revoked',
    breaking({ revoke }) {
      let any = false
      return {
        revoke(ids, until) {
          any ||= ids.length > 0
          return revoke(ids, until)
        },
        isRevoked: () => any,
      }
    },
    fails: ['revocations/others-not-denied'],
  },
  {
    flaw: 'denies only the first session it is told',
    breaking: ({ revoke }) => ({ revoke: (ids, until) => revoke(ids.slice(0, 1), until) }),
    fails: ['revocations/denied-at-once'],
  },
  {
    flaw: 'answers before its revocations count',
    breaking: ({ revoke }) => ({
      revoke: async (ids, until) => void setImmediate(() => void revoke(ids, until)),
    }),
    fails: ['revocations/denied-at-once', 'revocations/revoke-again'],
  },
  {
    flaw: 'cannot insert one session twice',
    breaking: ({ revoke }) => ({
      async revoke(ids, until) {
        if (new Set(ids).size < ids.length) throw new Error('duplicate key')
        await revoke(ids, until)
      },
    }),
    fails: ['revocations/revoke-again'],
  },
  {
    flaw: 'cannot insert no session at all',
    breaking: ({ revoke }) => ({
      async revoke(ids, until) {
        if (ids.length === 0) throw new Error('syntax error near "VALUES ()"')
        await revoke(ids, until)
      },
    }),
    fails: ['revocations/revoke-none'],
  },
  {
    flaw: 'lets the last call decide the end',
    breaking: () => denyingUntil((_, next) => next),
    fails: ['revocations/earlier-end'],
  },
  {
    flaw: 'lets the first call decide the end',
    breaking: () => denyingUntil((first) => first),
    fails: ['revocations/later-end'],
  },
])

function denyingUntil(choose: (first: number, next: number) => number): Revocations {
  const ends = new Map<string, number>()
  return {
    async revoke(ids, until) {
      for (const id of ids) ends.set(id, choose(ends.get(id) ?? until.getTime(), until.getTime()))
    },
    isRevoked: async (id) => (ends.get(id) ?? 0) > Date.now(),
  }
}
