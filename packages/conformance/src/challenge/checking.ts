import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import type { ChallengeHost } from './challenge-host.ts'
import { checking, pose } from './samples.ts'

/** What every challenge promises. */
export const checkingCases: readonly Case<ChallengeHost>[] = [
  {
    id: 'challenges/described',
    title: 'a challenge has a kind, and says who ensures that a solution counts once',
    async run({ challenge }) {
      assert.match(challenge.kind, /^\S+$/)
      assert.ok(['kith', 'service'].includes(challenge.once))
    },
  },
  {
    id: 'challenges/solved',
    title: 'what a client makes of the parameters solves the puzzle, from any address or none',
    async run({ challenge, client }) {
      for (const address of ['192.0.2.1', '2001:db8::1', null]) {
        const answer = await client.solve(await pose(challenge))
        assert.ok(await challenge.check(answer, checking({ address })), `${address} has not solved it`)
      }
    },
  },
  {
    id: 'challenges/other-process',
    title: 'another process can check what this one has posed',
    async run({ challenge, other, client }) {
      assert.ok(await other.check(await client.solve(await pose(challenge)), checking()))
    },
  },
  {
    id: 'challenges/unsolved',
    title: 'what solves nothing is `null` and no error, whatever it is',
    async run({ challenge, client }) {
      const answer = await client.solve(await pose(challenge))
      const wrong = ['x', '{}', 'null', '[]', 'e30=', '%', '\0', '💥', 'a'.repeat(2000)]
      for (const each of [...wrong, answer.slice(0, answer.length / 2), `x${answer}`])
        assert.equal(await challenge.check(each, checking()), null, each.slice(0, 20))
    },
  },
]
