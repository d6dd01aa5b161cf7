import assert from 'node:assert/strict'
import type { Case } from './case.ts'
import { countsOf } from './edge-store/agreement.ts'
import { amongTheLiving, type SocialStores } from './peopled.ts'
import { race } from './race.ts'
import { nextId, sampleEdge } from './records.ts'

/** A promise that a storage without transactions does not keep. */
export interface Unpromised {
  /** The id of the case. */
  id: string
  reason: string
}

const rowsComeAfter = 'the rows are stored after their cause, so a crash in between loses them'

/**
 * What a storage that changes one document at a time does not promise, such as a MongoDB that is not a replica set:
 * these cases are skipped there. {@link edgesWithoutTransactions} has what is promised instead.
 */
export const unpromisedWithoutTransactions: readonly Unpromised[] = [
  ...['edges/parallel-adds-one-node', 'edges/parallel-follows-one-account'].map((id) => ({
    id,
    reason:
      'edges are counted on reading, after the edge was added, so several calls may count the same edges',
  })),
  ...['outbox', 'messages'].flatMap((queue) => [
    { id: `${queue}/both-or-neither`, reason: rowsComeAfter },
    {
      id: `${queue}/parallel-causes`,
      reason:
        'the order is that in which the rows were stored, and of two concurrent causes the later may store its row first',
    },
  ]),
  { id: 'codes/rows-of-issue-or-neither', reason: rowsComeAfter },
  {
    id: 'credentials/parallel-adds-at-most',
    reason:
      'a credential is added before the others of its kind are counted, so of several concurrent ones fewer may stay than are allowed',
  },
  {
    id: 'credentials/parallel-last-two',
    reason:
      'the rest is checked before a credential is removed, so two concurrent calls may remove the last two',
  },
]

/** What is promised instead. */
export const edgesWithoutTransactions: readonly Case<SocialStores>[] = amongTheLiving([
  {
    id: 'edges-without-transactions/parallel-adds-one-node',
    title:
      'of 50 parallel adds at one node each returns a count that includes its own edge, and the last one all',
    async run({ edges }) {
      const to = nextId()
      const answers: number[] = []
      await race(50, async () => {
        const answer = await edges.add(sampleEdge({ to }))
        assert.equal(answer.outcome, 'added')
        if (answer.outcome === 'added') answers.push(answer.count)
      })
      assert.ok(
        answers.every((count, before) => count > before && count <= 50),
        'each count includes its own edge and all that were counted before',
      )
      assert.equal(answers.at(-1), 50)
      assert.deepEqual(await countsOf(edges, to), { out: 0, in: 50 })
    },
  },
])
