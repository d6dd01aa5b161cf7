import { randomUUID } from 'node:crypto'
import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith, type KithOptions, type SignIn, type Viewer } from '@kith/core'
import type { OutboxRows, Storage } from '@kith/core/ports'
import { createMemoryBlobs } from '@kith/core/memory'
import { idOf, measures, now, sampleCode, sampleCredential, sampleMedia } from './sample-records.ts'

const password = 'correct horse battery staple'
const blobs = createMemoryBlobs()

/** An account whose lists have this many entries each, and another one to interact with. */
export interface World {
  kith: Kith
  storage: Storage
  size: number
  viewer: Viewer
  signIn: SignIn
  /** A post by that account. */
  post: string
  /** The event rows that calls of the stores store as well; none if no event is durable. */
  tell: OutboxRows | undefined
}

/** Creates an instance that shares nothing with another one. */
function freshKith(storage: Storage, outbox?: KithOptions['outbox']): Kith {
  return createKith({
    secret: 'a secret for counting commands, of 32 characters',
    storage,
    passwords: cheapPasswords,
    posts: { textOnly: true },
    media: { blobs },
    outbox,
  })
}

/** Creates an account that follows, is followed, posts, likes and saves `size` times. */
export async function createWorld(
  storage: Storage,
  size: number,
  outbox?: KithOptions['outbox'],
): Promise<World> {
  const kith = freshKith(storage, outbox)
  const name = (who: string): string => `${who}_${size}`
  const signIn = await kith.accounts.register({ username: name('reader'), password })
  const viewer = await kith.sessions.authenticate(signIn.tokens.accessToken)
  await kith.accounts.register({ username: name('other'), password })
  let post = ''
  for (let index = 0; index < size; index++) {
    const username = name(`author_${index}`)
    const { tokens } = await kith.accounts.register({ username, password })
    const author = await kith.sessions.authenticate(tokens.accessToken)
    const theirs = await kith.posts.create(author, { caption: 'Theirs' })
    await kith.follows.add(viewer, username)
    await kith.follows.add(author, name('reader'))
    post = (await kith.posts.create(viewer, { caption: 'Own' })).id
    await kith.saves.add(viewer, theirs.id)
    await kith.likes.add(viewer, theirs.id)
    await kith.likes.add(author, post)
  }
  const { userId: key } = viewer
  const tell: OutboxRows = () => [
    { queue: 'messages', id: randomUUID(), key, name: 'told', at: new Date(), payload: '{}' },
  ]
  return { kith, storage, size, viewer, signIn, post, tell: outbox && tell }
}

/** One call of a service. They run in this order: some use the results of earlier ones. */
export interface ServiceCall {
  name: string
  call(world: World): Promise<unknown>
}

let made = 0
let current: Pick<SignIn, 'tokens'> | null = null
let draft = ''
let code = sampleCode()
let credential = sampleCredential('', '')

const limitOf = ({ size }: World): { limit: number } => ({ limit: size })
const reader = ({ size }: World): string => `reader_${size}`
const other = ({ size }: World): string => `other_${size}`

/** Those of stores that no service calls in isolation. */
const storeCalls: readonly ServiceCall[] = [
  {
    name: 'codes.issue',
    async call({ storage, viewer, tell }) {
      code = { ...sampleCode(), subject: viewer.userId }
      await storage.codes.issue(code, tell)
    },
  },
  {
    name: 'codes.consume, with a wrong secret',
    call: ({ storage, tell }) =>
      storage.codes.consume({ ...code, hash: 'wrong', now }, tell && (() => tell())),
  },
  {
    name: 'codes.consume, with a right one',
    call: ({ storage, tell }) =>
      storage.codes.consume({ ...code, hash: code.hashes[0] ?? '', now }, tell && (() => tell())),
  },
  {
    name: 'credentials.add',
    async call({ storage, viewer, tell }) {
      credential = sampleCredential(`passkey ${made++}`, viewer.userId)
      await storage.credentials.add(credential, 1, tell)
    },
  },
  {
    name: 'credentials.step',
    call: ({ storage, tell }) => storage.credentials.step({ ...credential, usedAt: now }, tell),
  },
  {
    name: 'credentials.remove',
    call: ({ storage, tell }) => storage.credentials.remove(credential, { kinds: [], addresses: [] }, tell),
  },
]

/** Pages have as many entries as the lists of the world, so that a world of 20 shows whether a page of 20 costs more. */
export const serviceCalls: readonly ServiceCall[] = [
  {
    name: 'accounts.register',
    call: ({ kith }) => kith.accounts.register({ username: `new_${made++}`, password }),
  },
  {
    name: 'sessions.login',
    async call(world) {
      current = await world.kith.sessions.login({ login: reader(world), password })
    },
  },
  {
    name: 'sessions.authenticate, token seen before',
    call: ({ kith, signIn }) => kith.sessions.authenticate(signIn.tokens.accessToken),
  },
  {
    name: 'sessions.authenticate, token not seen before',
    call: ({ storage, signIn }) => freshKith(storage).sessions.authenticate(signIn.tokens.accessToken),
  },
  {
    name: 'sessions.refresh',
    async call({ kith }) {
      current = await kith.sessions.refresh(current?.tokens.refreshToken ?? '')
    },
  },
  {
    name: 'sessions.logout',
    async call({ kith }) {
      await kith.sessions.logoutByRefreshToken(current?.tokens.refreshToken ?? '')
    },
  },
  {
    name: 'sessions.list',
    call: (world) => world.kith.sessions.list(world.viewer, limitOf(world)),
  },
  { name: 'profiles.get', call: (world) => world.kith.profiles.get(world.viewer, reader(world)) },
  { name: 'accounts.edit', call: ({ kith, viewer }) => kith.accounts.edit(viewer, { bio: 'Changed' }) },
  { name: 'follows.add', call: (world) => world.kith.follows.add(world.viewer, other(world)) },
  { name: 'follows.remove', call: (world) => world.kith.follows.remove(world.viewer, other(world)) },
  {
    name: 'follows.followers',
    call: (world) => world.kith.follows.followers(world.viewer, reader(world), limitOf(world)),
  },
  {
    name: 'follows.following',
    call: (world) => world.kith.follows.following(world.viewer, reader(world), limitOf(world)),
  },
  {
    name: 'media.upload, its rows',
    async call({ storage, viewer: { userId } }) {
      const id = idOf(`medium ${made++}`)
      await storage.media.reserve({ ...sampleMedia(id), ownerId: userId, createdAt: new Date() })
      await storage.media.ready(id, measures)
      draft = id
    },
  },
  {
    name: 'posts.create, with a medium',
    call: ({ kith, viewer }) => kith.posts.create(viewer, { caption: 'Picture', media: [{ id: draft }] }),
  },
  {
    name: 'posts.create, text only',
    async call({ kith, viewer }) {
      draft = (await kith.posts.create(viewer, { caption: 'Text' })).id
    },
  },
  { name: 'posts.get', call: ({ kith, viewer, post }) => kith.posts.get(viewer, post) },
  { name: 'posts.edit', call: ({ kith, viewer }) => kith.posts.edit(viewer, draft, { caption: 'Other' }) },
  {
    name: 'posts.remove',
    async call({ kith, viewer }) {
      await kith.posts.remove(viewer, draft)
      await kith.settled()
    },
  },
  {
    name: 'posts.byAuthor',
    call: (world) => world.kith.posts.byAuthor(world.viewer, reader(world), limitOf(world)),
  },
  { name: 'likes.add', call: ({ kith, viewer, post }) => kith.likes.add(viewer, post) },
  { name: 'likes.remove', call: ({ kith, viewer, post }) => kith.likes.remove(viewer, post) },
  {
    name: 'likes.list',
    call: (world) => world.kith.likes.list(world.viewer, world.post, limitOf(world)),
  },
  { name: 'saves.add', call: ({ kith, viewer, post }) => kith.saves.add(viewer, post) },
  { name: 'saves.remove', call: ({ kith, viewer, post }) => kith.saves.remove(viewer, post) },
  { name: 'saves.list', call: (world) => world.kith.saves.list(world.viewer, limitOf(world)) },
  { name: 'feed.home', call: (world) => world.kith.feed.home(world.viewer, limitOf(world)) },
  ...storeCalls,
]
