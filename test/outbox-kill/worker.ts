import { writeSync } from 'node:fs'
import { createKith, isKithError, type OutboxEvent, type Viewer } from '@kith/core'
import type { Storage } from '@kith/core/ports'

interface Person extends Viewer {
  username: string
}

const lanes = 5
const password = 'correct horse'

const one = <Item>(of: readonly Item[]): Item => of[Math.floor(Math.random() * of.length)] as Item
const say = (what: 'did' | 'got', event: object): void =>
  void writeSync(1, `${what} ${JSON.stringify(event)}\n`)

/**
 * Accounts act at random, several concurrently, while their events are delivered, until the process is killed. Each line is
 * written immediately: `did` is a change that was acknowledged, `got` an event that the consumer has started to handle.
 */
export async function liveUntilKilled(storage: Storage, round: string): Promise<never> {
  const kith = createKith({
    secret: 'the secret of a process that is killed',
    storage,
    passwords: { memoryKiB: 8, iterations: 1 },
    posts: { textOnly: true },
    limits: { changeByAccount: [], postByAccount: [] },
    outbox: { events: 'all' },
  })
  const { accounts, follows, likes, posts, outbox } = kith
  const people: Person[] = []
  const written: string[] = []
  let born = 0

  const deeds: Readonly<Record<string, () => Promise<void>>> = {
    async register() {
      const username = `r${round}_${born++}`
      const { user, session } = await accounts.register({ username, password })
      people.push({ userId: user.id, sessionId: session.id, username })
      say('did', { name: 'account.registered', userId: user.id })
    },
    async follow() {
      const [who, whom] = [one(people), one(people)]
      const { following } = await kith.profiles
        .get(who, whom.username)
        .then(({ viewer }) => viewer ?? { following: false })
      await (following ? follows.remove(who, whom.username) : follows.add(who, whom.username))
    },
    async post() {
      const who = one(people)
      const { id } = await posts.create(who, { caption: 'hello' })
      written.push(id)
      say('did', { name: 'post.created', userId: who.userId, postId: id })
    },
    async like() {
      const [who, postId] = [one(people), one(written)]
      if (postId) await (Math.random() < 0.6 ? likes.add(who, postId) : likes.remove(who, postId))
    },
    async edit() {
      const who = one(people)
      await accounts.edit(who, { bio: `${born}` })
      say('did', { name: 'account.edited', userId: who.userId, fields: ['bio'] })
    },
    async unpost() {
      const id = one(written)
      const [found] = id ? await storage.posts.byIds([id]) : []
      const who = people.find(({ userId }) => userId === found?.authorId)
      if (!who || !id) return
      await posts.remove(who, id)
      say('did', { name: 'post.deleted', userId: who.userId, postId: id })
    },
    async leave() {
      if (people.length < 6) return
      const who = one(people)
      people.splice(people.indexOf(who), 1)
      await accounts.delete(who, { password })
      say('did', { name: 'account.deleted', userId: who.userId })
    },
  }
  const often = Object.keys(deeds).flatMap((name) => (name === 'leave' ? [name] : [name, name, name]))

  async function live(): Promise<never> {
    for (;;) {
      try {
        await deeds[one(often)]?.()
      } catch (error) {
        // The account or the post was deleted meanwhile.
        if (!isKithError(error)) throw error
      }
    }
  }

  async function consume(): Promise<never> {
    for (;;) {
      await outbox.deliver((event: OutboxEvent) => say('got', event), { lease: '1s' })
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  for (let index = 0; index < 4; index++) await deeds['register']?.()
  await Promise.all([consume(), ...Array.from({ length: lanes }, live)])
  throw new Error('it goes on until it is killed')
}
