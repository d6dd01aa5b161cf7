import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Revocations } from '@kith/core/ports'
import type { Case } from './case.ts'
import type { Pair } from './pair.ts'
import { race } from './race.ts'
import { nextId } from './records.ts'

/** The promises of `Revocations`, as seen by two processes. */
export const sharedRevocationsCases: readonly Case<Pair<Revocations>>[] = [
  {
    id: 'shared-revocations/denied-within-a-second',
    title: 'once revoke has resolved in one process, the other denies within a second',
    async run({ one, other }) {
      await other.isRevoked(nextId())
      const ids = Array.from({ length: 50 }, nextId)
      await one.revoke(ids, inMillis(60_000))
      await demandDenied(other, ids)
    },
  },
  {
    id: 'shared-revocations/revoked-before-first-look',
    title: 'a session revoked before a process first checks is denied by its first check',
    async run({ one, other }) {
      const id = nextId()
      await one.revoke([id], inMillis(60_000))
      assert.equal(await other.isRevoked(id), true)
    },
  },
  {
    id: 'shared-revocations/parallel',
    title: 'of 20 parallel revocations in each process all are denied in both',
    async run({ one, other }) {
      const ids = Array.from({ length: 40 }, nextId)
      await race(40, (index) => (index % 2 ? one : other).revoke([ids[index] ?? ''], inMillis(60_000)))
      await demandDenied(one, ids)
      await demandDenied(other, ids)
    },
  },
  {
    id: 'shared-revocations/others-not-denied',
    title: 'an unrevoked session is denied by neither process',
    async run({ one, other }) {
      const id = nextId()
      await one.revoke([nextId()], inMillis(60_000))
      for (let look = 0; look < 10; look++) {
        assert.deepEqual([await one.isRevoked(id), await other.isRevoked(id)], [false, false])
        await wait(5)
      }
    },
  },
  {
    id: 'shared-revocations/later-end',
    title: 'of the ends that two processes give, the later one holds in either order',
    async run({ one, other }) {
      const [prolonged, kept] = [nextId(), nextId()]
      await one.revoke([prolonged], inMillis(20))
      await other.revoke([prolonged], inMillis(60_000))
      await one.revoke([kept], inMillis(60_000))
      await other.revoke([kept], inMillis(20))
      await wait(60)
      // The next call may sweep expired entries.
      await one.revoke([nextId()], inMillis(60_000))
      await other.revoke([nextId()], inMillis(60_000))
      await demandDenied(one, [prolonged, kept])
      await demandDenied(other, [prolonged, kept])
    },
  },
]

async function demandDenied(revocations: Revocations, ids: readonly string[]): Promise<void> {
  const deadline = Date.now() + 1_000
  for (const id of ids) {
    while (!(await revocations.isRevoked(id))) {
      assert.ok(Date.now() < deadline, 'a second later the session is not denied')
      await wait(5)
    }
  }
}

function inMillis(millis: number): Date {
  return new Date(Date.now() + millis)
}
