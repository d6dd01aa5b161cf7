import { isKithError, type Kith, type Viewer } from '@kith/core'
import type { Storage } from '@kith/core/ports'

/** Remembers what was acknowledged, to compare it with the later state. */
export interface Witness {
  /** Makes one call after the other, until it is stopped. Failed calls are forgotten, because they may have had an effect or not. */
  live(stopped: () => boolean): Promise<void>
  /** How many calls were acknowledged. */
  readonly acknowledged: number
  /** Differences between what was acknowledged and what is there. */
  lost(): Promise<string[]>
}

const password = 'correct horse'

/** Creates one, with accounts that no one else uses. */
export function createWitness(kith: Kith, storage: Storage, name: string): Witness {
  /** The expected state, by description: whether each item must exist. Nothing is known about other items. */
  const known = new Map<string, boolean>()
  const people: Viewer[] = []
  const posts: string[] = []
  let acknowledged = 0
  let number = 0

  async function doing(
    facts: readonly string[],
    is: boolean,
    work: () => Promise<unknown>,
  ): Promise<boolean> {
    for (const fact of facts) known.delete(fact)
    try {
      await work()
    } catch (error) {
      if (isKithError(error) && error.status === 503) return false
      throw error
    }
    for (const fact of facts) known.set(fact, is)
    acknowledged++
    return true
  }

  async function comeAndAct(): Promise<void> {
    const username = `${name}_${number++}`
    const newcomer: { viewer?: Viewer } = {}
    const came = await doing([`account ${username}`], true, async () => {
      const { user, session } = await kith.accounts.register({ username, password })
      newcomer.viewer = { userId: user.id, sessionId: session.id }
    })
    const { viewer } = newcomer
    if (!came || !viewer) return
    people.push(viewer)
    await doing([`session ${viewer.sessionId}`], true, async () => {})
    const before = `${name}_${number - 2}`
    const other = people.at(-2)
    const lastPost = posts.at(-1)
    if (known.get(`account ${before}`) && other) {
      const fact = `follow ${viewer.userId} ${other.userId}`
      await doing([fact], true, () => kith.follows.add(viewer, before))
      if (number % 4 === 0) await doing([fact], false, () => kith.follows.remove(viewer, before))
    }
    const written: { id?: string } = {}
    await doing(
      [],
      true,
      async () => (written.id = (await kith.posts.create(viewer, { caption: username })).id),
    )
    if (written.id !== undefined) {
      known.set(`post ${written.id}`, true)
      if (number % 3 === 0) {
        const { id } = written
        await doing([`post ${id}`], false, () => kith.posts.remove(viewer, id))
      } else posts.push(written.id)
    }
    if (lastPost !== undefined) {
      const fact = `like ${viewer.userId} ${lastPost}`
      await doing([fact], true, () => kith.likes.add(viewer, lastPost))
    }
    if (number % 5 === 0) {
      await doing([`session ${viewer.sessionId}`], false, () => kith.sessions.logout(viewer))
    }
  }

  async function isThere(fact: string): Promise<boolean> {
    const [what, one = '', other = ''] = fact.split(' ')
    switch (what) {
      case 'account':
        return (await storage.users.byLogin({ username: one })) !== null
      case 'session':
        return (await storage.sessions.byId(one))?.revokedAt === null
      case 'post':
        return (await storage.posts.byIds([one])).length === 1
      case 'follow':
      case 'like':
        return (await storage.edges.among({ kind: what, side: 'out', node: one }, [other])).length === 1
      default:
        throw new TypeError(`nobody knows how to look for: ${fact}`)
    }
  }

  return {
    async live(stopped) {
      while (!stopped()) await comeAndAct()
    },
    get acknowledged() {
      return acknowledged
    },
    async lost() {
      const differing: string[] = []
      for (const [fact, is] of known) if ((await isThere(fact)) !== is) differing.push(`${fact}: not ${is}`)
      known.clear()
      people.length = 0
      posts.length = 0
      return differing
    },
  }
}
