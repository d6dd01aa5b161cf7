import type { OutboxRow } from '@kith/core/ports'
import { tryOf } from '../code-store/codes.ts'
import { renewalOf } from '../code-store/renewing.ts'
import { withCredential } from '../credential-store/credentials.ts'
import { readyMedia } from '../media-state.ts'
import {
  later,
  nextId,
  sampleCode,
  sampleCredential,
  sampleEdge,
  samplePost,
  sampleSession,
  sampleUser,
} from '../records.ts'
import { born, type TellingStores } from './events.ts'

/** One call of a verb with the rows of its event. */
type Telling = (outbox: () => readonly OutboxRow[]) => Promise<unknown>

/**
 * Each verb that stores rows, prepared so that the first call changes something and a second one nothing. `codes.issue` always changes
 * something: its own cases look at its rows.
 */
export const tellings: Readonly<Record<string, (stores: TellingStores) => Promise<Telling>>> = {
  async 'users.create'({ users }) {
    const user = sampleUser()
    return (outbox) => users.create({ ...user, id: nextId() }, undefined, outbox)
  },
  async 'users.update'(stores) {
    const [id, taken] = [await born(stores), sampleUser()]
    const change = { username: taken.username }
    return async (outbox) => {
      const answer = await stores.users.update(id, change, undefined, outbox)
      // From now on it is refused: somebody else has that name.
      await stores.users.update(id, { username: `${taken.username}-before` })
      await stores.users.create(taken).catch(() => {})
      return answer
    }
  },
  async 'users.replacePassword'(stores) {
    const user = sampleUser()
    await stores.users.create(user)
    return (outbox) => stores.users.replacePassword(user.id, user.passwordHash, 'new', outbox)
  },
  async 'users.markDeleted'(stores) {
    const id = await born(stores)
    return (outbox) => stores.users.markDeleted(id, later(), null, outbox)
  },
  async 'sessions.revoke'({ sessions }) {
    const session = sampleSession()
    await sessions.open(session, 9)
    return (outbox) => sessions.revoke(session, later(1), outbox)
  },
  async 'sessions.bind'({ sessions }) {
    const session = sampleSession()
    await sessions.open(session, 9)
    const { id, userId } = session
    return (outbox) => sessions.bind({ id, userId, key: 'key', now: later(1) }, outbox)
  },
  async 'sessions.revokeAll'({ sessions }) {
    const session = sampleSession()
    await sessions.open(session, 9)
    return (outbox) => sessions.revokeAll(session.userId, later(1), null, outbox)
  },
  async 'edges.add'(stores) {
    const edge = sampleEdge({ from: await born(stores), to: await born(stores) })
    return (outbox) => stores.edges.add({ ...edge, id: nextId() }, outbox)
  },
  async 'edges.follow'(stores) {
    const [from, user] = [await born(stores), sampleUser()]
    await stores.users.create(user)
    return (outbox) => stores.edges.follow({ id: nextId(), from, username: user.username ?? '' }, outbox)
  },
  async 'edges.remove'(stores) {
    const edge = sampleEdge({ from: await born(stores), to: await born(stores) })
    await stores.edges.add(edge)
    return (outbox) => stores.edges.remove(edge, outbox)
  },
  async 'edges.remove, hidden'(stores) {
    const edge = sampleEdge({ from: await born(stores), to: await born(stores) })
    await stores.edges.add(edge)
    await stores.edges.setHidden(edge.to, true, 10)
    return (outbox) => stores.edges.remove(edge, outbox)
  },
  async 'posts.create'(stores) {
    const media = await readyMedia(stores, { ownerId: await born(stores) })
    const place = [{ id: media.id, alt: '' }]
    return (outbox) => stores.posts.create(samplePost({ authorId: media.ownerId }), place, outbox)
  },
  async 'posts.edit'(stores) {
    const post = samplePost({ authorId: await born(stores) })
    await stores.posts.create(post, [])
    return async (outbox) => {
      const answer = await stores.posts.edit(post.id, { caption: 'changed', editedAt: later(1) }, outbox)
      await stores.posts.remove(post.id)
      return answer
    }
  },
  async 'posts.remove'(stores) {
    const post = samplePost({ authorId: await born(stores) })
    await stores.posts.create(post, [])
    return (outbox) => stores.posts.remove(post.id, outbox)
  },
  async 'media.attach'(stores) {
    const { id, ownerId } = await readyMedia(stores, { ownerId: await born(stores) })
    return (outbox) => stores.media.attach(id, ownerId, 'avatar', outbox)
  },
  async 'media.detach'(stores) {
    const { id, ownerId } = await readyMedia(stores, { ownerId: await born(stores) })
    await stores.media.attach(id, ownerId, 'avatar')
    return (outbox) => stores.media.detach('avatar', ownerId, outbox)
  },
  async 'codes.issueOnce'({ codes }) {
    const code = sampleCode()
    return (outbox) => codes.issueOnce(code, outbox)
  },
  async 'codes.renew'({ codes }) {
    const code = sampleCode()
    await codes.issue(code)
    return async (outbox) => {
      const answer = await codes.renew(renewalOf(code), outbox)
      await codes.removeOf(code.userId ?? '')
      return answer
    }
  },
  async 'codes.consume'({ codes }) {
    const code = sampleCode()
    await codes.issue(code)
    return (outbox) => codes.consume(tryOf(code), outbox)
  },
  async 'credentials.add'(stores) {
    const credential = sampleCredential({ userId: await born(stores) })
    return (outbox) => stores.credentials.add(credential, 9, outbox)
  },
  async 'credentials.step'(stores) {
    const { id, version } = await withCredential(stores)
    return (outbox) => stores.credentials.step({ id, version, data: 'changed' }, outbox)
  },
  async 'credentials.remove'(stores) {
    const credential = await withCredential(stores)
    return (outbox) => stores.credentials.remove(credential, { kinds: [], addresses: [] }, outbox)
  },
  async 'credentials.removeOf'(stores) {
    const { userId } = await withCredential(stores)
    return (outbox) => stores.credentials.removeOf(userId, undefined, outbox)
  },
}
