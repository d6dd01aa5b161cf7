import { parseName } from '../accounts/identifiers.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { type Page, type PageInput, pageInput, readPage } from '../page.ts'
import { visibleUser } from '../profiles/profiles.ts'
import type { User } from '../profiles/user.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import type { EdgeSide } from './edge-store.ts'

/** Whether the viewer follows an account, and how many do. */
export interface FollowState {
  following: boolean
  followers: number
}

/** Who follows whom. Accounts are named by their username. */
export interface Follows {
  /** Idempotent. @throws account-not-found, self-follow, policy-refused, session-revoked, rate-limited */
  add(viewer: Viewer, username: string, client?: ClientInfo): Promise<FollowState>
  /** Idempotent. @throws account-not-found, rate-limited */
  remove(viewer: Viewer, username: string): Promise<FollowState>
  /** The newest first. @throws account-not-found, invalid-cursor */
  followers(viewer: Viewer | null, username: string, input?: PageInput): Promise<Page<User>>
  /** The newest first. @throws account-not-found, invalid-cursor */
  following(viewer: Viewer | null, username: string, input?: PageInput): Promise<Page<User>>
}

/** Creates the follows of one Kith instance. */
export function createFollows(core: Core): Follows {
  const { edges } = core.storage

  async function list(
    viewer: Viewer | null,
    { username, side }: { username: string; side: EdgeSide['side'] },
    input: PageInput,
  ): Promise<Page<User>> {
    const { id } = await visibleUser(core, username)
    const far = side === 'in' ? 'from' : 'to'
    return await readPage(
      {
        name: `follow-${side}-${id}`,
        read: (keyset) => edges.list({ kind: 'follow', side, node: id }, keyset),
        present: (rows) =>
          core.presentUsers.presentIds(
            viewer,
            rows.map((edge) => edge[far]),
          ),
      },
      parseInput(pageInput, input),
    )
  }

  return {
    async add(viewer, username, client = {}) {
      await core.limits.byAccount('changeByAccount', viewer.userId)
      await core.askPolicy('follow.add', { input: { username }, viewer, client })
      const follow = { id: core.makeId(), from: viewer.userId, username: parseName(username) }
      const result = await edges.follow(follow)
      if (result.outcome === 'self') throw new KithError('self-follow')
      if (result.outcome === 'gone')
        throw new KithError(result.end === 'to' ? 'account-not-found' : 'session-revoked')
      if (result.outcome === 'added')
        core.emit('follow.added', { userId: viewer.userId, followedId: result.to })
      return { following: true, followers: result.count }
    },
    async remove(viewer, username) {
      await core.limits.byAccount('changeByAccount', viewer.userId)
      const { id } = await visibleUser(core, username)
      const { removed, count } = await edges.remove({ kind: 'follow', from: viewer.userId, to: id })
      if (removed) core.emit('follow.removed', { userId: viewer.userId, followedId: id })
      return { following: false, followers: count }
    },
    followers: (viewer, username, input = {}) => list(viewer, { username, side: 'in' }, input),
    following: (viewer, username, input = {}) => list(viewer, { username, side: 'out' }, input),
  }
}
