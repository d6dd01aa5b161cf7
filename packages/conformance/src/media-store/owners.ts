import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { placeOf, readyMedia } from '../media-state.ts'
import type { SocialStores } from '../peopled.ts'
import { later, sampleUser } from '../records.ts'

/** What `attach` promises about the owner. */
export const ownerCases: readonly Case<SocialStores>[] = [
  {
    id: 'media/attach-gone-owner',
    title: 'attach is refused where the owner never was, is banned, deleted or purged, and changes nothing',
    async run(storage) {
      const { users, media } = storage
      const owner = sampleUser()
      const [before, upload] = [
        await readyMedia(storage, { ownerId: owner.id }),
        await readyMedia(storage, { ownerId: owner.id }),
      ]
      async function assertGone(id: string): Promise<void> {
        assert.deepEqual(await media.attach(id, owner.id, 'avatar'), { outcome: 'gone' })
        assert.deepEqual(await placeOf(storage, id), ['ready', null])
      }
      await assertGone(before.id)
      await users.create(owner)
      assert.deepEqual(await media.attach(before.id, owner.id, 'avatar'), {
        outcome: 'attached',
        released: [],
      })
      await users.update(owner.id, { bannedAt: later() })
      await assertGone(upload.id)
      assert.equal((await placeOf(storage, before.id))[0], 'ready')
      await users.update(owner.id, { bannedAt: null })
      await users.markDeleted(owner.id, later())
      await assertGone(upload.id)
      await users.purge(owner.id)
      await assertGone(upload.id)
      assert.equal((await placeOf(storage, before.id))[0], 'ready')
    },
  },
]
