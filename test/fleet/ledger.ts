import type { Kith } from '@kith/core'
import type { EdgeKind } from '@kith/core/ports'
import type { Reply } from './call.ts'
import type { Tokens } from './member.ts'

/** A member of the load test, with the current tokens. */
export interface Member {
  readonly id: string
  readonly username: string
  tokens: Tokens
}

/** An acknowledged post. */
interface Post {
  readonly id: string
  readonly authorId: string
  readonly caption: string
}

/** An edge that was acknowledged to exist or to be removed. */
interface Toggle {
  readonly kind: EdgeKind
  readonly from: string
  readonly to: string
  readonly there: boolean
}

/** Everything that the servers acknowledged, and therefore have to keep. */
export interface Ledger {
  readonly members: Member[]
  readonly posts: Post[]
  /** Replaces an earlier one between the same ends. */
  toggled(toggle: Toggle): void
  ended(tokens: Tokens): void
  /** Sessions that were acknowledged as ended before this moment of `performance.now()`. */
  endedBefore(moment: number): Tokens[]
  /** Responses that should not have been given. */
  readonly mistakes: Reply[]
  /** What the database lacks or contradicts. */
  differences(kith: Kith): Promise<string[]>
}

/** Creates an empty ledger. */
export function createLedger(): Ledger {
  const members: Member[] = []
  const posts: Post[] = []
  const toggles = new Map<string, Toggle>()
  const sessions: { tokens: Tokens; at: number }[] = []

  async function missingMembers({ storage }: Kith): Promise<string[]> {
    const found = await storage.users.byIds(members.map(({ id }) => id))
    const ids = new Set(found.map(({ id }) => id))
    return members.filter(({ id }) => !ids.has(id)).map(({ username }) => `${username} is not there`)
  }

  async function missingPosts({ storage }: Kith): Promise<string[]> {
    const found = await storage.posts.byIds(posts.map(({ id }) => id))
    const captions = new Map(found.map(({ id, caption }) => [id, caption]))
    return posts.flatMap(({ id, caption }) => (captions.get(id) === caption ? [] : [`no post "${caption}"`]))
  }

  async function otherEdges({ storage }: Kith): Promise<string[]> {
    const checks = [...toggles.values()].map(async ({ kind, from, to, there }) => {
      const found = await storage.edges.among({ kind, side: 'out', node: from }, [to])
      return (found.length === 1) === there ? [] : [`${kind} ${from} ${to} should be ${there}`]
    })
    return (await Promise.all(checks)).flat()
  }

  return {
    members,
    posts,
    mistakes: [],
    toggled: (toggle) => void toggles.set(`${toggle.kind} ${toggle.from} ${toggle.to}`, toggle),
    ended: (tokens) => void sessions.push({ tokens, at: performance.now() }),
    endedBefore: (moment) => sessions.filter(({ at }) => at < moment).map(({ tokens }) => tokens),
    differences: async (kith) =>
      (await Promise.all([missingMembers(kith), missingPosts(kith), otherEdges(kith)])).flat(),
  }
}
