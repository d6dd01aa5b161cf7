import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { nextId } from '../records.ts'
import type { ChallengeHost } from './challenge-host.ts'
import { checking, expiresAt, pose, posing } from './samples.ts'

/** What a challenge promises whose solutions Kith counts, by the id of the puzzle. */
export const countedCases: readonly Case<ChallengeHost>[] = [
  {
    id: 'challenges/own-id',
    title: 'of 10 parallel solutions each returns the id that its puzzle was posed with',
    async run({ challenge, client }) {
      await race(10, async () => {
        const id = nextId()
        const answer = await client.solve(await pose(challenge, posing({ id })))
        assert.deepEqual(await challenge.check(answer, checking()), { id })
      })
    },
  },
  {
    id: 'challenges/any-key',
    title: 'a puzzle that was signed with any of the keys is checked, and none that was signed with another',
    async run({ challenge, client }) {
      const solved = async (key: string): Promise<boolean> => {
        const answer = await client.solve(await pose(challenge, posing({ keys: [key] })))
        return (await challenge.check(answer, checking())) !== null
      }
      assert.deepEqual(
        [await solved('current key'), await solved('previous key'), await solved('a key of others')],
        [true, true, false],
      )
    },
  },
  {
    id: 'challenges/current-key',
    title: 'a puzzle is signed with the first key, and does not contain it',
    async run({ challenge, client }) {
      const parameters = await pose(challenge)
      assert.ok(!JSON.stringify(parameters).includes('current key'))
      const answer = await client.solve(parameters)
      assert.ok(await challenge.check(answer, checking({ keys: ['current key'] })))
      assert.equal(await challenge.check(answer, checking({ keys: ['previous key'] })), null)
    },
  },
  {
    id: 'challenges/expiry',
    title: 'a puzzle can be solved until it expires, by the time that is passed in',
    async run({ challenge, client }) {
      const answer = await client.solve(await pose(challenge))
      const before = new Date(expiresAt.getTime() - 1)
      assert.ok(await challenge.check(answer, checking({ now: before })))
      for (const now of [expiresAt, new Date(expiresAt.getTime() + 86_400_000)])
        assert.equal(await challenge.check(answer, checking({ now })), null)
    },
  },
]

/** What a challenge promises whose solutions a service counts. */
export const hostedCases: readonly Case<ChallengeHost>[] = [
  {
    id: 'challenges/no-id',
    title: 'a solution that the service counts has no id',
    async run({ challenge, client }) {
      const answer = await client.solve(await pose(challenge))
      assert.deepEqual(await challenge.check(answer, checking()), { id: null })
    },
  },
  {
    id: 'challenges/counts-once',
    title: 'a solution counts once, in whichever process it is checked',
    async run({ challenge, other, client }) {
      const answer = await client.solve(await pose(challenge))
      assert.ok(await challenge.check(answer, checking()))
      for (const each of [challenge, other]) assert.equal(await each.check(answer, checking()), null)
    },
  },
  {
    id: 'challenges/race-once',
    title: 'of 10 parallel checks of one solution exactly one counts',
    async run({ challenge, client }) {
      const answer = await client.solve(await pose(challenge))
      const ends = await race(10, () => challenge.check(answer, checking()))
      assert.equal(ends.filter((end) => end !== null).length, 1)
    },
  },
  {
    id: 'challenges/down',
    title: 'a check that the service cannot make is an error, and not a wrong solution',
    async run({ challenge, client }) {
      if (client.setDown === null) return
      const answer = await client.solve(await pose(challenge))
      await client.setDown(true)
      await assert.rejects(challenge.check(answer, checking()))
      await client.setDown(false)
      assert.ok(await challenge.check(answer, checking()))
    },
  },
  {
    id: 'challenges/aborted',
    title: 'an aborted check is an error',
    async run({ challenge, client }) {
      const answer = await client.solve(await pose(challenge))
      await assert.rejects(
        challenge.check(answer, checking({ signal: AbortSignal.abort(new Error('late')) })),
      )
    },
  },
]
