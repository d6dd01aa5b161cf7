import { setTimeout as wait } from 'node:timers/promises'
import { createKith, type Viewer } from '@kith/core'
import type { BlobStore, MediaRecord } from '@kith/core/ports'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'

/**
 * T3: an account sets an avatar, or deletes a post, next to 200 stale uploads of strangers and with a host that takes 50 ms for each
 * removal. Expected: a request removes its own blob and nothing else.
 */
const storage = createMemoryStorage()
const memory = createMemoryBlobs()
let removals = 0
const blobs: BlobStore = {
  ...memory,
  async remove(key) {
    removals++
    await wait(50)
    await memory.remove(key)
  },
}
let now = new Date('2026-01-01T00:00:00Z')
const kith = createKith({
  secret: 'a secret of the attacks, of 32 characters or more',
  storage,
  passwords: { memoryKiB: 8, iterations: 1 },
  clock: () => now,
  media: { blobs },
})

let made = 0
/** A ready upload without its bytes, because nothing here reads them. */
async function upload(ownerId: string): Promise<string> {
  const id = `0193e000-0000-7000-8000-${String(++made).padStart(12, '0')}`
  const record: MediaRecord = {
    id,
    ownerId,
    kind: 'image',
    contentType: 'image/webp',
    createdAt: now,
    state: 'reserved',
    measures: null,
    attachment: null,
  }
  await storage.media.reserve(record)
  const looks = { thumbhash: null, palette: [], lightness: null, saturation: null, takenAt: null }
  await storage.media.ready(id, { width: 1, height: 1, durationSeconds: null, ...looks })
  return id
}

async function signIn(username: string): Promise<Viewer> {
  const { user, session } = await kith.accounts.register({ username, password: 'correct horse' })
  return { userId: user.id, sessionId: session.id }
}

async function timed(act: () => Promise<unknown>): Promise<{ millis: number; removals: number }> {
  const [start, before] = [performance.now(), removals]
  await act()
  return { millis: Math.round(performance.now() - start), removals: removals - before }
}

const [stranger, victim] = [await signIn('stranger'), await signIn('victim')]
const people = await Promise.all(Array.from({ length: 10 }, (_, index) => signIn(`user${index}`)))
await kith.uploads.use(victim, await upload(victim.userId), 'avatar')
const posts: string[] = []
for (const person of people)
  posts.push((await kith.posts.create(person, { media: [await upload(person.userId)] })).id)

async function backlog(): Promise<void> {
  for (let index = 0; index < 200; index++) await upload(stranger.userId)
  now = new Date(now.getTime() + 86_401_000)
}
await backlog()
const next = await upload(victim.userId)
const avatar = await timed(() => kith.uploads.use(victim, next, 'avatar'))
await backlog()
const deletions = await timed(() =>
  Promise.all(people.map((person, index) => kith.posts.remove(person, posts[index] ?? ''))),
)
console.log(
  `An avatar beside 200 stale uploads of strangers: ${avatar.millis} ms, ${avatar.removals} removals`,
)
console.log(`Ten users who delete a post at once: ${deletions.millis} ms, ${deletions.removals} removals`)
console.log(`Upkeep then removes ${(await kith.upkeep.run()).media} blobs`)
if (avatar.removals > 1 || deletions.removals > 10 || avatar.millis > 1_500 || deletions.millis > 1_500)
  process.exitCode = 1
