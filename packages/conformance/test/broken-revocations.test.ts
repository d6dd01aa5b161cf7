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
    fails: ['revocations: a session nobody revoked is not denied'],
  },
  {
    flaw: 'denies only the first session it is told',
    breaking: ({ revoke }) => ({ revoke: (ids, until) => revoke(ids.slice(0, 1), until) }),
    fails: ['revocations: once revoke has answered, every session it named is denied'],
  },
  {
    flaw: 'answers before its revocations count',
    breaking: ({ revoke }) => ({
      revoke: async (ids, until) => void setImmediate(() => void revoke(ids, until)),
    }),
    fails: [
      'revocations: once revoke has answered, every session it named is denied',
      'revocations: revoking twice denies just the same',
    ],
  },
  {
    flaw: 'cannot insert one session twice',
    breaking: ({ revoke }) => ({
      async revoke(ids, until) {
        if (new Set(ids).size < ids.length) throw new Error('duplicate key')
        await revoke(ids, until)
      },
    }),
    fails: ['revocations: revoking twice denies just the same'],
  },
  {
    flaw: 'cannot insert no session at all',
    breaking: ({ revoke }) => ({
      async revoke(ids, until) {
        if (ids.length === 0) throw new Error('syntax error near "VALUES ()"')
        await revoke(ids, until)
      },
    }),
    fails: ['revocations: revoking no session does nothing'],
  },
  {
    flaw: 'lets the last call decide the end',
    breaking: () => denyingUntil((_, next) => next),
    fails: ['revocations: a later call with an earlier end does not shorten the first'],
  },
  {
    flaw: 'lets the first call decide the end',
    breaking: () => denyingUntil((first) => first),
    fails: ['revocations: a later call with a later end prolongs the first'],
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
