import type { Kith } from '@kith/core'
import type { EdgeKind } from '@kith/core/ports'
import type { Reply } from './call.ts'
import type { Tokens } from './member.ts'

/** Who takes part, with the tokens held now. */
export interface Member {
  readonly id: string
  readonly username: string
  tokens: Tokens
}

/** A post that was acknowledged. */
interface Post {
  readonly id: string
  readonly authorId: string
  readonly caption: string
}

/** An edge that was acknowledged to be there, or not to be there any more. */
interface Toggle {
  readonly kind: EdgeKind
  readonly from: string
  readonly to: string
  readonly there: boolean
}

/** What servers acknowledged, and so have to know for good. */
export interface Ledger {
  readonly members: Member[]
  readonly posts: Post[]
  /** Takes the place of an earlier one between the same ends. */
  toggled(toggle: Toggle): void
  ended(tokens: Tokens): void
  /** Sessions whose end was acknowledged before this moment of `performance.now()`. */
  endedBefore(moment: number): Tokens[]
  /** Answers that should not have been given. */
  readonly mistakes: Reply[]
  /** What of all this the database does not have, or has otherwise. */
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
