import type { OutboxRow, Storage } from '@kith/core/ports'
import { lastId } from '../src/stored-ids.ts'
import {
  ada,
  hourLater,
  idOf,
  measures,
  now,
  sampleCode,
  sampleCredential,
  sampleEdge,
  sampleMedia,
  samplePost,
  sampleSession,
  sampleUser,
} from '../../../test/sample-records.ts'

const page = { limit: 5, before: null }
const nextPage = { limit: 5, before: lastId }

/** The names of all calls of the stores, such as `edges.add`. */
export function verbsOf(storage: Storage): string[] {
  return Object.entries(storage).flatMap(([store, verbs]) =>
    typeof verbs === 'object' ? Object.keys(verbs as object).map((verb) => `${store}.${verb}`) : [],
  )
}

const [ben, cleo, dora, eve, fay] = ['ben', 'cleo', 'dora', 'eve', 'fay'].map(idOf) as Six
const [fresh, fresher, one, two, three, four] = ['new', 'newer', 'one', 'two', 'three', 'four'].map(
  idOf,
) as Six
const [m1, m2, m3, m4, m5, m6] = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'].map(idOf) as Six
const [p0, p1, p2, p3, p4] = ['p0', 'p1', 'p2', 'p3', 'p4', ''].map(idOf) as Six
type Six = [string, string, string, string, string, string]

/** Calls every verb of a storage, in each way that leads to different commands. */
export async function callEveryVerb(storage: Storage): Promise<void> {
  for (const id of [ada, ben, cleo, dora, fresh, fresher]) await storage.users.create(sampleUser(id))
  await callUsers(storage)
  await callSessions(storage)
  await callMediaAndPosts(storage)
  await callEdges(storage)
  await storage.feed.home(ada, page)
  await storage.feed.home(ada, nextPage)
  await callFacts(storage)
  await callCodes(storage)
  await callCredentials(storage)
  await callOutbox(storage)
  await callAudit(storage)
  await callRemovals(storage)
}

async function callUsers({ users }: Storage): Promise<void> {
  await users.create({ ...sampleUser(eve), username: ada })
  await users.byId(ada)
  await users.byIds([ada, ben])
  await users.byLogin({ username: ada })
  await users.byLogin({ email: `${ada}@example.com` })
  await users.update(ada, { bio: 'Notes' })
  await users.update(ada, {})
  await users.update(ada, { username: ben })
  await users.update(ben, { username: 'bob' }, { now, until: hourLater })
  await users.create({ ...sampleUser(fay), username: ben }, now)
  await users.create({ ...sampleUser(fay), username: ben }, hourLater)
  await users.update(dora, { bannedAt: now })
  await users.replacePassword(ada, null, 'hash')
  await users.upgradeHash(ada, 'hash', 'newer hash')
  await users.update(dora, { name: 'Dora', expected: { bannedUntil: null, email: null } })
  await users.bannedIds(page)
  await users.endedBans(hourLater, 5)
  await users.idsBeginning({ username: ada, email: ada, phone: '+4' }, 5)
  for (const filter of [
    {},
    { banned: true },
    { banned: false, role: 'member' },
    { role: 'admin', begins: { username: ada } },
  ])
    for (const keyset of [page, nextPage]) await users.search(filter, keyset)
  await users.bannedIds(nextPage)
}

async function callSessions({ sessions }: Storage): Promise<void> {
  for (const id of [one, two, three]) await sessions.open(sampleSession(id), 1_000)
  // One too many, which ends the first one by its id.
  await sessions.open(sampleSession(four), 3)
  await sessions.byId(one)
  const step = {
    id: one,
    epoch: 0,
    generation: 0,
    boundKey: null,
    now,
    expiresAt: hourLater,
    address: null,
    userAgent: null,
  }
  await sessions.rotate(step)
  await sessions.rotate(step)
  await sessions.bind({ id: four, userId: ada, key: 'key', now })
  await sessions.rotate({ ...step, generation: 1, methods: ['pwd', 'otp'] })
  await sessions.list(ada, now, page)
  await sessions.list(ada, now, nextPage)
  await sessions.revoke({ id: three, userId: ada }, now)
  await sessions.revokeAll(ada, now, one)
  await sessions.revokeAll(ada, now, null)
  await sessions.purgeEnded(hourLater, 5)
}

async function callMediaAndPosts({ media, posts }: Storage): Promise<void> {
  for (const id of [m1, m2, m3, m4, m5, m6]) {
    await media.reserve(sampleMedia(id))
    await media.claim({ id, by: 'call', now, until: hourLater })
    await media.unclaim({ id, by: 'call' })
    if (id !== m6) await media.ready(id, measures)
  }
  await media.byIds([m1, m2])
  await media.byOwner(ada, page)
  await media.byOwner(ada, nextPage)
  await media.list(null, 5)
  await media.list(m1, 5)
  await media.attach(m1, ada, 'avatar')
  await media.attach(m2, ada, 'avatar')
  await media.bySubjects('avatar', [ada, ben])
  await media.detach('avatar', ada)
  await posts.create(samplePost(p1, ada), [{ id: m3, alt: '' }])
  await posts.create(samplePost(p0, ada), [{ id: m3, alt: '' }])
  for (const [id, author] of [
    [p2, ada],
    [p3, ben],
    [p4, dora],
  ] as const) {
    await posts.create(samplePost(id, author), [])
  }
  await media.bySubjects('post', [p1, p2])
  await posts.byIds([p1, p2])
  await posts.edit(p1, { caption: 'changed', editedAt: now })
  await posts.byAuthor(ada, page)
  await posts.byAuthor(ada, nextPage)
  await posts.counts([ada, ben])
}

async function callEdges({ edges }: Storage): Promise<void> {
  for (const to of [ben, cleo, dora, ben]) await edges.add(sampleEdge(ada, to))
  await edges.add(sampleEdge(ben, ada))
  for (const from of [cleo, cleo, ada]) await edges.follow({ id: idOf(`named ${from}`), from, username: ada })
  for (const from of [ada, ben, ben]) {
    await edges.add({ id: idOf(`like ${from}`), kind: 'like', from, to: p2 })
  }
  for (const side of ['out', 'in'] as const) {
    const near = { kind: 'follow', side, node: ada } as const
    await edges.list(near, page)
    await edges.list(near, nextPage)
    await edges.among(near, [ben, cleo])
  }
  await edges.counts('follow', [ada, ben])
  await edges.counts('like', [p2, p3])
  for (const hidden of [true, false]) {
    while ((await edges.setHidden(ada, hidden, 5)) > 0);
    await edges.hiddenNodes(page)
    await edges.hiddenNodes(nextPage)
    await edges.add(sampleEdge(ada, hidden ? fresh : fresher))
  }
  await edges.remove({ kind: 'follow', from: ada, to: cleo })
  await edges.remove({ kind: 'follow', from: ada, to: cleo })
}

async function callFacts({ facts }: Storage): Promise<void> {
  for (const value of ['a', 'b']) await facts.setOnce('once', value)
  await facts.set('fact', 'a')
  await facts.get('fact')
}

async function callCodes({ codes }: Storage): Promise<void> {
  const { purpose, subject } = sampleCode()
  const name = { purpose, subject, now }
  await codes.issue(sampleCode())
  await codes.issueOnce(sampleCode())
  await codes.find(name)
  await codes.renew({ ...name, hashes: ['other'], expiresAt: hourLater })
  for (const hash of ['wrong', 'other', 'other']) await codes.consume({ ...name, hash })
  await codes.removeOf(ada)
  await codes.removeOf(ada, [purpose, 'reset'])
  await codes.issue(sampleCode())
  await codes.purgeEnded(hourLater, 5)
}

async function callCredentials({ credentials }: Storage): Promise<void> {
  const waysIn = { kinds: ['passkey'], addresses: ['email'] } as const
  const [first, second] = [sampleCredential('first key', ben), sampleCredential('second key', ben)]
  for (const each of [first, first, second, sampleCredential('third key', ben)])
    await credentials.add(each, 2)
  await credentials.add(sampleCredential('key of nobody', p0), 2)
  await credentials.byUser(ben)
  await credentials.bySubject(first.kind, first.subject)
  await credentials.step({ id: first.id, version: 0, usedAt: now })
  for (const { id } of [first, first, second]) await credentials.remove({ id, userId: ben }, waysIn)
  await credentials.removeOf(ben, ['passkey', 'totp'])
  await credentials.removeOf(ben)
}

/** The verbs that store events and messages with their changes, and those that deliver them. */
async function callOutbox(storage: Storage): Promise<void> {
  await callTelling(storage)
  for (const queue of [storage.outbox, storage.messages]) {
    await queue.backlog(5)
    for (const [by, rows] of [['first', 2] as const, ['second', 100] as const]) {
      const claim = { by, now: hourLater, until: hourLater, keys: 2, rows }
      for (const { key, rows: found } of await queue.claim(claim)) {
        const ids = found.map(({ id }) => id)
        await queue.acknowledge({ key, by, ids, now: hourLater, until: hourLater })
        await queue.postpone({ key, by, until: hourLater })
      }
    }
  }
}

async function callAudit({ audit }: Storage): Promise<void> {
  for (const key of [cleo, null])
    for (const before of [null, idOf('row 10')]) await audit.list(key, { limit: 5, before })
  await audit.purgeBefore(now, 5)
  await audit.purgeBefore(hourLater, 5)
}

async function callTelling(storage: Storage): Promise<void> {
  const { users, sessions, edges, posts, media, codes, credentials } = storage
  const [post, session, kept, avatar] = ['told post', 'told session', 'kept session', 'told avatar'].map(
    idOf,
  ) as Six
  let told = 0
  const tell = (): OutboxRow[] =>
    (['events', 'messages', 'audit'] as const).map((queue) => {
      const [id, name] = [idOf(`row ${told++}`), 'account.edited']
      return { queue, id, key: cleo, name, at: now, payload: '{}' }
    })
  await users.create(sampleUser(idOf('told')), now, tell)
  await users.create({ ...sampleUser(idOf('not told')), username: cleo }, now, tell)
  await users.update(cleo, { bio: 'told' }, undefined, tell)
  await users.update(cleo, { username: 'cleo' }, { now, until: hourLater }, tell)
  await users.replacePassword(cleo, null, 'told hash', tell)
  for (const id of [session, kept]) await sessions.open({ ...sampleSession(id), userId: cleo }, 1, tell)
  await sessions.revoke({ id: kept, userId: cleo }, now, tell)
  await sessions.revokeAll(cleo, now, null, tell)
  await edges.add({ id: idOf('told edge'), kind: 'follow', from: cleo, to: fresh }, tell)
  await edges.follow({ id: idOf('told follow'), from: cleo, username: fresher }, tell)
  await edges.remove({ kind: 'follow', from: cleo, to: fresh }, tell)
  await posts.create(samplePost(post, cleo), [], tell)
  await posts.edit(post, { caption: 'told', editedAt: now }, tell)
  await posts.remove(post, tell)
  await media.reserve({ ...sampleMedia(avatar), ownerId: cleo })
  await media.ready(avatar, measures)
  await media.attach(avatar, cleo, 'avatar', tell)
  await media.detach('avatar', cleo, tell)
  await users.markDeleted(idOf('told'), now, null, tell)
  await users.purge(idOf('told'))
  const { hashes, ...name } = { ...sampleCode(), now }
  await codes.issue(sampleCode(), tell)
  await codes.issueOnce(sampleCode(), tell)
  await codes.renew({ ...name, hashes, expiresAt: hourLater }, tell)
  for (const hash of ['wrong', ...hashes]) await codes.consume({ ...name, hash }, tell)
  const credential = sampleCredential('told key', cleo)
  await credentials.add(credential, 1, tell)
  await credentials.step({ id: credential.id, version: 0, usedAt: now }, tell)
  await credentials.remove(credential, { kinds: [], addresses: [] }, tell)
  await credentials.add(sampleCredential('other told key', cleo), 1, tell)
  await credentials.removeOf(cleo, undefined, tell)
}

async function callRemovals({ users, posts, edges, media }: Storage): Promise<void> {
  let after: string | null = null
  do after = (await edges.recount(after, 3)).next
  while (after !== null)
  await posts.recount(null, 3)
  await posts.remove(p1)
  await posts.remove(p1)
  while ((await posts.removeAll(ada, 5)).length > 0);
  await posts.toPurge(5)
  await posts.purge(p1)
  await media.sweep(hourLater, 5)
  await media.sweep(hourLater, 5, m1)
  while ((await media.releaseAll(ada, 5)) > 0);
  await media.forget(m1)
  while ((await edges.drop(ada, 5)) > 0);
  await users.markDeleted(ada, now, hourLater)
  await users.markDeleted(dora, now, hourLater)
  await users.toPurge(5)
  await users.purge(ada)
  await users.forgetUsernames(hourLater, 5)
  await users.purge(dora)
}
