import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Revocations } from '@kith/core/ports'
import type { Case } from './case.ts'
import { nextId } from './records.ts'

/** The promises of `Revocations`, as seen by one process. */
export const revocationsCases: readonly Case<Revocations>[] = [
  {
    id: 'revocations/others-not-denied',
    title: 'an unrevoked session is not denied',
    async run(revocations) {
      await revocations.revoke([nextId()], inMillis(60_000))
      assert.equal(await revocations.isRevoked(nextId()), false)
    },
  },
  {
    id: 'revocations/denied-at-once',
    title: 'once revoke has resolved, every session it named is denied',
    async run(revocations) {
      const ids = Array.from({ length: 50 }, nextId)
      await revocations.revoke(ids, inMillis(60_000))
      for (const id of ids) assert.equal(await revocations.isRevoked(id), true)
    },
  },
  {
    id: 'revocations/revoke-again',
    title: 'revoking twice denies just the same',
    async run(revocations) {
      const id = nextId()
      await revocations.revoke([id, id], inMillis(60_000))
      await revocations.revoke([id], inMillis(60_000))
      assert.equal(await revocations.isRevoked(id), true)
    },
  },
  {
    id: 'revocations/revoke-none',
    title: 'revoking no session has no effect',
    async run(revocations) {
      await revocations.revoke([], inMillis(60_000))
      assert.equal(await revocations.isRevoked(nextId()), false)
    },
  },
  {
    id: 'revocations/earlier-end',
    title: 'a later call with an earlier end does not shorten the first',
    async run(revocations) {
      const id = nextId()
      await revocations.revoke([id], inMillis(60_000))
      await revocations.revoke([id], inMillis(20))
      await wait(60)
      // The next call may sweep expired entries; this one must not be among them.
      await revocations.revoke([nextId()], inMillis(60_000))
      assert.equal(await revocations.isRevoked(id), true)
    },
  },
  {
    id: 'revocations/later-end',
    title: 'a later call with a later end prolongs the first',
    async run(revocations) {
      const id = nextId()
      await revocations.revoke([id], inMillis(20))
      await revocations.revoke([id], inMillis(60_000))
      await wait(60)
      await revocations.revoke([nextId()], inMillis(60_000))
      assert.equal(await revocations.isRevoked(id), true)
    },
  },
]

function inMillis(millis: number): Date {
  return new Date(Date.now() + millis)
}
