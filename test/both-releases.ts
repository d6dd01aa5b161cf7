import assert from 'node:assert/strict'
import type { Storage } from '@kith/core/ports'
import { sampleEdge, sampleMedia, samplePost, sampleSession, sampleUser } from './kit-samples.ts'

/** What both releases have in common; their records may differ by additions of the newer one. */
type Common = Pick<Storage, 'users' | 'sessions' | 'edges' | 'posts' | 'media' | 'feed'>

/** Has one release write what the other one reads, changes and deletes, in every store. */
export async function demandThatReadsWhatWrote(reader: Common, writer: Common): Promise<void> {
  const now = new Date()
  const [ada, eve] = [sampleUser(), sampleUser()]
  for (const user of [ada, eve])
    assert.deepEqual(await writer.users.create(user, now), { outcome: 'created' })
  const { id, email, passwordHash } = ada
  assert.partialDeepStrictEqual(await reader.users.byId(id), { id, email, passwordHash })
  assert.equal((await reader.users.update(id, { name: 'Changed' })).outcome, 'updated')
  assert.equal((await writer.users.byId(id))?.name, 'Changed')
  assert.equal((await reader.users.create({ ...sampleUser(), username: ada.username }, now)).outcome, 'taken')

  const session = sampleSession({ userId: id })
  await writer.sessions.open(session, 1_000)
  const step = {
    id: session.id,
    generation: session.generation,
    boundKey: null,
    now,
    address: null,
    userAgent: null,
  }
  assert.equal((await reader.sessions.rotate({ ...step, expiresAt: session.expiresAt })).rotated, true)
  assert.equal((await writer.sessions.byId(session.id))?.generation, session.generation + 1)
  assert.equal(await reader.sessions.revoke({ id: session.id, userId: id }, now), true)
  assert.ok((await writer.sessions.byId(session.id))?.revokedAt)

  const follow = sampleEdge({ from: eve.id, to: id })
  assert.partialDeepStrictEqual(await writer.edges.add(follow), { count: 1 })
  assert.deepEqual(await reader.edges.counts('follow', [id]), [{ out: 0, in: 1 }])
  const upload = sampleMedia({ ownerId: id })
  await writer.media.reserve(upload)
  const post = samplePost({ authorId: id })
  assert.deepEqual(await writer.posts.create(post, []), { outcome: 'created' })
  assert.equal((await reader.posts.byIds([post.id]))[0]?.caption, post.caption)
  assert.deepEqual(
    (await reader.feed.home(eve.id, { limit: 9, before: null })).map((found) => found.id),
    [post.id],
  )
  assert.equal((await reader.media.byIds([upload.id]))[0]?.id, upload.id)
  assert.equal(await reader.posts.remove(post.id), true)
  assert.deepEqual(await writer.posts.counts([id]), [0])
  assert.equal((await reader.edges.remove(follow)).removed, true)
  assert.deepEqual(await writer.edges.counts('follow', [id]), [{ out: 0, in: 0 }])
  // An earlier release returns `true` where this one returns the epoch.
  for (const user of [ada, eve]) assert.ok(await reader.users.markDeleted(user.id, now))
  assert.equal(await writer.users.byId(id), null)
}
