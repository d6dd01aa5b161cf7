import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { Keyset } from '../page.ts'

/**
 * The kinds of edges: a user follows a user, likes a post, saves a post. A store may store a kind as its index in this
 * list, so new kinds are appended and none ever moves.
 */
export const edgeKinds: readonly ['follow', 'like', 'save'] = Object.freeze(['follow', 'like', 'save'])

/** One of {@link edgeKinds}. */
export type EdgeKind = (typeof edgeKinds)[number]

/** The types of the ends of each kind. Stores read it here, so that a new kind needs no change in them. */
export const edgeEnds: Readonly<Record<EdgeKind, EdgeEnds>> = Object.freeze({
  follow: { from: 'user', to: 'user' },
  like: { from: 'user', to: 'post' },
  save: { from: 'user', to: 'post' },
})

/** What an edge of one kind starts and ends at. */
export interface EdgeEnds {
  from: 'user'
  to: 'user' | 'post'
}

/** One edge. Of each kind there is at most one between two nodes. */
export interface EdgeRecord {
  /** Sorts by creation time: lists are ordered by it. */
  id: string
  kind: EdgeKind
  from: string
  to: string
}

/** The result of {@link EdgeStore.add}: how many edges now end at `to`, or which end is gone, `to` if both are. */
export type AddEdgeResult =
  { outcome: 'added' | 'already'; count: number } | { outcome: 'gone'; end: 'from' | 'to' }

/** A follow whose target is identified by username. */
export interface NamedFollow extends Pick<EdgeRecord, 'id' | 'from'> {
  username: string
}

/**
 * The result of {@link EdgeStore.follow}: that of `add` and the account of that name; `self` if that is the follower.
 */
export type FollowResult =
  | { outcome: 'added' | 'already'; to: string; count: number }
  | { outcome: 'gone'; end: 'from' | 'to' }
  | { outcome: 'self' }

/** The edges of one kind on one side of a node: `out` start at it, `in` end at it. */
export interface EdgeSide {
  kind: EdgeKind
  side: 'out' | 'in'
  node: string
}

/** How many edges of one kind start and end at a node. */
export interface EdgeCounts {
  out: number
  in: number
}

/** A count that differed from the edges; it has been corrected. */
export interface CountDifference {
  kind: EdgeKind | 'post'
  node: string
  stored: EdgeCounts
  counted: EdgeCounts
}

/** One step of a recount. */
export interface RecountResult {
  /** How many nodes were fully compared. */
  checked: number
  differences: CountDifference[]
  /** Where to continue, perhaps inside a node; `null` at the end. Only the store that created it can read it. */
  next: string | null
}

/**
 * Stores edges and their counts. A count equals the visible edges after any history, including a crash: every verb
 * changes edges and counts together. An edge is visible while neither of its ends is hidden; only visible edges are
 * listed and counted. Records are copied on the way in and out. `outbox` returns the rows to be stored with the change,
 * by {@link OutboxRows}.
 */
export interface EdgeStore {
  /**
   * Adds the edge if there is none of its kind between its ends and both of them are live ({@link edgeEnds} defines
   * their types): a user that is neither deleted nor banned, a post that is not removed and whose author is live. Check
   * and write are one step: of concurrent calls for one pair exactly one adds, and once `markDeleted` or `remove` has
   * resolved for an end, no call adds there, not even one that began before. A ban that is stored while the call runs
   * may be too late for it: hiding then takes care of the edge.
   */
  add(edge: EdgeRecord, outbox?: OutboxRows): Promise<AddEdgeResult>
  /**
   * Adds a follow of the account with this username, with the promises of {@link add}. A separate verb because the
   * account is found by its name in the step that counts at it, which saves a lookup. `to` is gone if nobody has the
   * name. `outbox` is called with the id of that account.
   */
  follow(follow: NamedFollow, outbox?: OutboxRows<string>): Promise<FollowResult>
  /**
   * Removes the edge if there is one, hidden or not, whether or not its ends are live. Returns whether it existed, and
   * how many edges end at `to` afterwards. Of concurrent calls exactly one removes.
   */
  remove(
    edge: Pick<EdgeRecord, 'kind' | 'from' | 'to'>,
    outbox?: OutboxRows,
  ): Promise<{ removed: boolean; count: number }>
  /** The visible edges on one side of a node, newest first. */
  list(side: EdgeSide, keyset: Keyset): Promise<EdgeRecord[]>
  /** Which of these nodes are at the other end of a visible edge, in any order. */
  among(side: EdgeSide, others: readonly string[]): Promise<string[]>
  /** The counts of these nodes, in the order of `nodes`. */
  counts(kind: EdgeKind, nodes: readonly string[]): Promise<EdgeCounts[]>
  /**
   * Hides an account, or shows it again: at most `limit` of its edges in one step. Returns how many changed; done at 0,
   * and until then lists and counts agree on the edges that have changed. From its first step on, edges that are added
   * to a hidden node are hidden. The direction can be reversed at any step.
   */
  setHidden(node: string, hidden: boolean, limit: number): Promise<number>
  /** Nodes that are hidden or not yet fully shown again, highest id first. */
  hiddenNodes(keyset: Keyset): Promise<string[]>
  /**
   * Removes at most `limit` edges of a permanently removed node, with their counts. Returns how many; done at 0, when
   * the node is no longer among the hidden ones either.
   */
  drop(node: string, limit: number): Promise<number>
  /**
   * One step of comparing counts with edges and correcting them: at most `limit` nodes, and of a node with many edges a
   * part, which the next step continues. `after` is the previous `next`, `null` to start. It is exact whatever is
   * written meanwhile, including between the steps: a correct count is not reported and stays.
   */
  recount(after: string | null, limit: number): Promise<RecountResult>
}
