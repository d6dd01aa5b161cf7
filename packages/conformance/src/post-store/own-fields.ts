import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import type { SocialStores } from '../peopled.ts'
import { later, samplePost } from '../records.ts'
import { storedFieldCases } from '../stored-fields.ts'

/** What posts promise of the app's own fields. */
export const ownFieldCases: readonly Case<SocialStores>[] = storedFieldCases<SocialStores>({
  name: 'posts',
  async create({ posts }, fields) {
    const post = samplePost({ fields })
    assert.deepEqual(await posts.create(post, []), { outcome: 'created' })
    return post
  },
  async change({ posts }, id, { fields, text }) {
    const edited = await posts.edit(id, { caption: text, fields, editedAt: later(1) })
    assert.ok(edited)
    return edited.fields
  },
  async read({ posts }, id) {
    const [post] = await posts.byIds([id])
    assert.ok(post)
    return { fields: post.fields, text: post.caption }
  },
})
