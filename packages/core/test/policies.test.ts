import { createKith, type Kith, type Policies, type Viewer } from '@kith/core'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { createPasskeys } from '@kith/core/passkeys'
import { expect, test } from 'vitest'
import { copyingImages, picture } from './copying-images.ts'
import { codeOf, createInstance } from './instance.ts'
import { createMediaHost } from './media-host.ts'
import { createAuthenticator } from './software-authenticator.ts'

const password = 'correct horse'
const client = { address: '203.0.113.7', userAgent: 'probe' }
const refusal = { refuse: 'Not today.' } as const

function open(policies: Policies): Kith {
  const { direct } = createMediaHost(() => new Date(0))
  return createInstance({
    policies,
    media: { blobs: createMemoryBlobs(), direct, images: copyingImages },
    posts: { textOnly: true },
  }).kith
}

async function member(kith: Kith, username = 'ana'): Promise<Viewer> {
  const { user, session } = await kith.accounts.register({ username, password })
  return { userId: user.id, sessionId: session.id }
}

type Call = (kith: Kith, viewer: Viewer, postId: string) => Promise<unknown>

const calls: [name: keyof Policies, call: Call, input: object][] = [
  [
    'account.register',
    (kith) => kith.accounts.register({ username: 'eve', password, deviceName: 'phone' }, client),
    { username: 'eve', deviceName: 'phone' },
  ],
  ['account.edit', (kith, viewer) => kith.accounts.edit(viewer, { name: 'Ana' }, client), { name: 'Ana' }],
  [
    'session.open',
    (kith) => kith.sessions.login({ login: 'ana', password }, client),
    { userId: expect.any(String) },
  ],
  [
    'post.create',
    (kith, viewer) => kith.posts.create(viewer, { caption: 'sea' }, client),
    { caption: 'sea', media: [] },
  ],
  [
    'post.edit',
    (kith, viewer, postId) => kith.posts.edit(viewer, postId, { caption: 'hills' }),
    { postId: expect.any(String), caption: 'hills' },
  ],
  [
    'media.add',
    (kith, viewer) => kith.uploads.add(viewer, picture(), { client }),
    { contentType: null, size: null },
  ],
  [
    'media.add',
    (kith, viewer) => kith.uploads.sign(viewer, { contentType: 'image/png', size: 70 }, client),
    { contentType: 'image/png', size: 70 },
  ],
  ['follow.add', (kith, viewer) => kith.follows.add(viewer, 'ben', client), { username: 'ben' }],
]

test.each(calls)(
  '%s is called with the parsed input and refuses with its reason (%#)',
  async (name, call, input) => {
    const asked: unknown[] = []
    const verdicts: unknown[] = []
    const kith = open({
      [name]: (given: unknown) => {
        asked.push(given)
        return verdicts.shift()
      },
    } as Policies)
    const viewer = await member(kith)
    await member(kith, 'ben')
    const { id } = await kith.posts.create(viewer, { caption: 'first' })
    asked.length = 0

    verdicts.push(Promise.resolve(refusal))
    const before = await stateOf(kith, viewer)
    await expect(call(kith, viewer, id)).rejects.toMatchObject({
      code: 'policy-refused',
      status: 403,
      detail: 'Not today.',
    })
    expect(await stateOf(kith, viewer)).toEqual(before)
    const isSignedOut = name === 'account.register' || name === 'session.open'
    expect(asked).toEqual([
      { input, viewer: isSignedOut ? null : viewer, client: name === 'post.edit' ? {} : client },
    ])
    expect(JSON.stringify(asked)).not.toContain(password)
    await call(kith, viewer, id)
    expect(asked).toHaveLength(2)
  },
)

/** Everything that the calls above could have changed. */
async function stateOf(kith: Kith, viewer: Viewer): Promise<unknown> {
  return [
    await kith.accounts.me(viewer),
    await kith.sessions.list(viewer),
    await kith.posts.byAuthor(viewer, 'ana'),
    await kith.accounts.find('eve'),
    await kith.storage.media.byOwner(viewer.userId, { limit: 10, before: null }),
  ]
}

test('a policy can change registrations, posts and edits, and its changes are validated', async () => {
  const kith = open({
    'account.register': ({ input }) => ({ input: { name: `${input.username} of the house` } }),
    'account.edit': () => ({ input: { bio: 'from the house' } }),
    'post.create': async ({ input }) => ({ input: { caption: input.caption.toUpperCase() } }),
    'post.edit': ({ input }) => ({
      input: { caption: input.caption === 'long' ? 'x'.repeat(5000) : 'calm' },
    }),
  })
  const { user, session } = await kith.accounts.register({ username: 'ana', password, deviceName: 'phone' })
  const viewer = { userId: user.id, sessionId: session.id }
  expect(user.name).toBe('ana of the house')
  expect((await kith.sessions.login({ login: 'ana', password })).user.id).toBe(user.id)
  expect((await kith.accounts.edit(viewer, { name: 'Ana' })).user).toMatchObject({
    name: 'Ana',
    bio: 'from the house',
  })
  const post = await kith.posts.create(viewer, { caption: 'sea' })
  expect(post.caption).toBe('SEA')
  expect((await kith.posts.edit(viewer, post.id, { caption: 'wild' })).caption).toBe('calm')
  expect(await codeOf(kith.posts.edit(viewer, post.id, { caption: 'long' }))).toBe('invalid-input')
})

test('a policy changes what is registered with a passkey', async () => {
  const origin = 'https://app.example'
  const { kith } = createInstance({
    passkeys: createPasskeys({ rpId: 'app.example', rpName: 'App', origins: [origin] }),
    policies: { 'account.register': ({ input }) => ({ input: { name: `${input.username} of the house` } }) },
  })
  const { token, options } = await kith.passkeys.beginRegister({ username: 'ana' })
  const response = createAuthenticator({ origin }).create(options)
  const { user } = await kith.passkeys.register({ token, response })
  expect(user.name).toBe('ana of the house')
})

test('a policy cannot change the password or the uploads of a call', async () => {
  const kith = open({
    'account.register': () => ({ input: { password: 'chosen by the policy' } as object }),
    'post.create': () => ({ input: { media: ['of somebody else'] } as object }),
  })
  const viewer = await member(kith)
  expect(await codeOf(kith.sessions.login({ login: 'ana', password: 'chosen by the policy' }))).toBe(
    'invalid-credentials',
  )
  expect((await kith.posts.create(viewer, { caption: 'sea' })).media).toEqual([])
})

test.each([
  ['throws', () => Promise.reject(new Error('the other service is down')), 'the other service is down'],
  ['returns a boolean', () => false, "policies['follow.add']: return nothing"],
  ['returns null', () => null, "policies['follow.add']: return nothing"],
  ['changes a protected field', () => ({ input: { username: 'eve' } }), 'return nothing'],
  ['refuses without a reason', () => ({ refuse: true }), 'return nothing'],
])('a policy that %s lets nothing pass', async (_what, policy, message) => {
  const kith = open({ 'follow.add': policy as never })
  const viewer = await member(kith)
  await member(kith, 'ben')
  await expect(kith.follows.add(viewer, 'ben')).rejects.toThrow(message)
  expect((await kith.profiles.get(viewer, 'ben')).viewer?.following).toBe(false)
})

test('a limit counts before a policy runs, and calls by the host run no policy', async () => {
  let asked = 0
  const kith = createInstance({
    policies: { 'account.register': () => void asked++ },
    limits: { registerByAddress: [{ limit: 1, window: '1h' }] },
  }).kith
  await kith.accounts.register({ username: 'ana', password }, client)
  expect(await codeOf(kith.accounts.register({ username: 'ben', password }, client))).toBe('rate-limited')
  expect(asked).toBe(1)
  await kith.accounts.import({ username: 'eve', passwordHash: null })
  expect(asked).toBe(1)
})

test('an unknown policy is an error of the app', () => {
  const options = { secret: 'k8Jq2vX0rT5mWc7yLz3bNd9sGf1hPa6E', storage: createMemoryStorage() }
  expect(() => createKith({ ...options, policies: { 'post.delete': () => undefined } as never })).toThrow(
    /policies.*post\.delete|post\.delete/s,
  )
  expect(() => createKith({ ...options, policies: { 'post.create': true } as never })).toThrow(
    'give a function',
  )
})
