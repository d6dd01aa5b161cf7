import { readAccountName } from '../accounts/identifiers.ts'
import type { Core } from '../core.ts'
import type { KithEvents } from '../events.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import { type Page, type PageInput, pageInput, readPage } from '../page.ts'
import { visibleUser } from '../profiles/profiles.ts'
import type { User } from '../profiles/user.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import type { EdgeSide, FollowResult } from './edge-store.ts'

/** Whether the viewer follows an account, and its number of followers. */
export interface FollowState {
  following: boolean
  followers: number
}

/** Follows between accounts, identified by username or id. */
export interface Follows<Fields extends AppFields = AppFields> {
  /** Idempotent. @throws account-not-found, self-follow, policy-refused, session-revoked, rate-limited */
  add(viewer: Viewer, name: string, client?: ClientInfo): Promise<FollowState>
  /** Idempotent. @throws account-not-found, rate-limited */
  remove(viewer: Viewer, name: string): Promise<FollowState>
  /** The newest first. @throws account-not-found, invalid-cursor */
  followers(viewer: Viewer | null, name: string, input?: PageInput): Promise<Page<User<Fields>>>
  /** The newest first. @throws account-not-found, invalid-cursor */
  following(viewer: Viewer | null, name: string, input?: PageInput): Promise<Page<User<Fields>>>
}

/** Creates the follows of one Kith instance. */
export function createFollows(core: Core): Follows {
  const { edges } = core.storage

  async function list(
    viewer: Viewer | null,
    { name, side }: { name: string; side: EdgeSide['side'] },
    input: PageInput,
  ): Promise<Page<User>> {
    const { id } = await visibleUser(core, name)
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

  async function follow(viewer: Viewer, named: ReturnType<typeof readAccountName>): Promise<FollowResult> {
    const [id, from] = [core.makeId(), viewer.userId]
    const eventOf = (followedId: string): KithEvents['follow.added'] => ({ userId: from, followedId })
    const rows = core.rowsOf('follow.added', eventOf, { viewer })
    if ('username' in named) return await edges.follow({ id, from, ...named }, rows)
    if (named.id === from) return { outcome: 'self' }
    const result = await edges.add({ id, kind: 'follow', from, to: named.id }, rows && (() => rows(named.id)))
    return result.outcome === 'gone' ? result : { ...result, to: named.id }
  }

  return {
    async add(viewer, name, client = {}) {
      await core.limits.byAccount('changeByAccount', viewer.userId)
      const named = readAccountName(name)
      await core.askPolicy('follow.add', { input: named, viewer, client })
      const { userId } = viewer
      const result = await follow(viewer, named)
      if (result.outcome === 'self') throw new KithError('self-follow')
      if (result.outcome === 'gone')
        throw new KithError(result.end === 'to' ? 'account-not-found' : 'session-revoked')
      if (result.outcome === 'added') core.emit('follow.added', { userId, followedId: result.to }, { viewer })
      return { following: true, followers: result.count }
    },
    async remove(viewer, name) {
      await core.limits.byAccount('changeByAccount', viewer.userId)
      const { id } = await visibleUser(core, name)
      const told = { userId: viewer.userId, followedId: id }
      const edge = { kind: 'follow', from: viewer.userId, to: id } as const
      const rows = core.rowsOf('follow.removed', () => told, { viewer })
      const { removed, count } = await edges.remove(edge, rows)
      if (removed) core.emit('follow.removed', told, { viewer })
      return { following: false, followers: count }
    },
    followers: (viewer, name, input = {}) => list(viewer, { name, side: 'in' }, input),
    following: (viewer, name, input = {}) => list(viewer, { name, side: 'out' }, input),
  }
}
