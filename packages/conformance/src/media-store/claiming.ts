import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { readyMedia } from '../media-state.ts'
import type { SocialStores } from '../peopled.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleMeasures, sampleMedia } from '../records.ts'

const now = later()
const until = later(60_000)

/** What `claim` and `unclaim` promise. */
export const claimingCases: readonly Case<SocialStores>[] = [
  {
    id: 'media/parallel-claims',
    title: 'of 20 concurrent claims on one medium exactly one is held, and others claim other media',
    async run({ media }) {
      await repeat(3, async () => {
        const [one, other] = [sampleMedia(), sampleMedia()]
        await media.reserve(one)
        await media.reserve(other)
        const claims = await race(20, (index) => {
          const { id } = index % 2 === 0 ? one : other
          return media.claim({ id, by: `call-${index}`, now, until })
        })
        const held = (parity: number) => claims.filter((claim, index) => claim && index % 2 === parity).length
        assert.deepEqual([held(0), held(1)], [1, 1])
      })
    },
  },
  {
    id: 'media/claim-ends',
    title: 'a claim holds until its end and may be made again by the call that holds it',
    async run({ media }) {
      const { id, ...rest } = sampleMedia()
      await media.reserve({ id, ...rest })
      assert.equal(await media.claim({ id, by: 'a', now, until }), true)
      assert.equal(await media.claim({ id, by: 'a', now, until }), true)
      assert.equal(await media.claim({ id, by: 'b', now: later(59_999), until: later(99_000) }), false)
      assert.equal(await media.claim({ id, by: 'b', now: until, until: later(99_000) }), true)
      assert.equal(await media.claim({ id, by: 'a', now: until, until: later(99_000) }), false)
    },
  },
  {
    id: 'media/unclaim',
    title: 'unclaim ends a claim of the call that holds it, and no other',
    async run({ media }) {
      const { id, ...rest } = sampleMedia()
      await media.reserve({ id, ...rest })
      await media.claim({ id, by: 'a', now, until })
      await media.unclaim({ id, by: 'b' })
      assert.equal(await media.claim({ id, by: 'b', now, until }), false)
      for (const _time of [1, 2]) await media.unclaim({ id, by: 'a' })
      assert.equal(await media.claim({ id, by: 'b', now, until }), true)
      await media.unclaim({ id: nextId(), by: 'a' })
    },
  },
  {
    id: 'media/claim-reserved-only',
    title: 'only reserved media can be claimed, and a claim does not prevent one from becoming ready',
    async run(storage) {
      const { media } = storage
      const ready = await readyMedia(storage)
      const [claimed, released] = [sampleMedia(), sampleMedia()]
      for (const item of [claimed, released]) await media.reserve(item)
      await media.releaseAll(released.ownerId, 9)
      for (const id of [ready.id, released.id, nextId(), 'nothing'])
        assert.equal(await media.claim({ id, by: 'a', now, until }), false)
      assert.equal(await media.claim({ id: claimed.id, by: 'a', now, until }), true)
      assert.deepEqual(await media.byIds([claimed.id]), [claimed])
      assert.equal(await media.ready(claimed.id, sampleMeasures), true)
      assert.equal(await media.claim({ id: claimed.id, by: 'a', now, until }), false)
    },
  },
]
