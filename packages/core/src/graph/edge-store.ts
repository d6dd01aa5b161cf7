import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { Keyset } from '../page.ts'

/**
 * What one node can be to another: a user follows a user, likes a post, saves a post. A store may keep a kind by its
 * place in this list, so a new one goes to the end and none ever moves.
 */
export const edgeKinds: readonly ['follow', 'like', 'save'] = Object.freeze(['follow', 'like', 'save'])

/** One of {@link edgeKinds}. */
export type EdgeKind = (typeof edgeKinds)[number]

/** What the ends of each kind are. A store reads it here, so that a new kind costs it no line. */
export const edgeEnds: Readonly<Record<EdgeKind, EdgeEnds>> = Object.freeze({
  follow: { from: 'user', to: 'user' },
  like: { from: 'user', to: 'post' },
  save: { from: 'user', to: 'post' },
})

/** What an edge of one kind starts at and ends at. */
export interface EdgeEnds {
  from: 'user'
  to: 'user' | 'post'
}

/** One edge. Of one kind there is at most one between two nodes. */
export interface EdgeRecord {
  /** Sorts by the time of making: lists are ordered by it. */
  id: string
  kind: EdgeKind
  from: string
  to: string
}

/** The response of {@link EdgeStore.add}: how many edges end at `to` now, or which end is gone, `to` where both are. */
export type AddEdgeResult =
  { outcome: 'added' | 'already'; count: number } | { outcome: 'gone'; end: 'from' | 'to' }

/** A follow whose end is known by its username. */
export interface NamedFollow extends Pick<EdgeRecord, 'id' | 'from'> {
  username: string
}

/** The response of {@link EdgeStore.follow}: that of `add` and the account of that name; `self` where it is the one that follows. */
export type FollowResult =
  | { outcome: 'added' | 'already'; to: string; count: number }
  | { outcome: 'gone'; end: 'from' | 'to' }
  | { outcome: 'self' }

/** The edges of one kind at one side of a node: `out` start at it, `in` end at it. */
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

/** A count that was not what the edges say; it has been set right. */
export interface CountDifference {
  kind: EdgeKind | 'post'
  node: string
  stored: EdgeCounts
  counted: EdgeCounts
}

/** One step of a recount. */
export interface RecountResult {
  /** How many nodes were compared to the end. */
  checked: number
  differences: CountDifference[]
  /** Where to go on, perhaps inside a node; `null` at the end. Only the store that named it can read it. */
  next: string | null
}

/**
 * Keeps edges and their counts. A count equals the visible edges after any history, a crash included: every verb
 * changes edges and counts together. An edge is visible while neither of its ends is hidden; only visible edges are
 * listed and counted. Records go in and out as copies. `outbox` gives the rows to be stored with the change, by {@link OutboxRows}.
 */
export interface EdgeStore {
  /**
   * Adds the edge if there is none of its kind between its ends and both of them live ({@link edgeEnds} says what they are): a user
   * that is neither deleted nor banned, a post that is not removed and whose author so lives. Look and write are one step: of
   * concurrent calls for one pair exactly one adds, and once `markDeleted` or `remove` has resolved for an end, no call adds there,
   * not even one that began before. A ban that is stored while the call runs may come too late for it: hiding takes the edge then.
   */
  add(edge: EdgeRecord, outbox?: OutboxRows): Promise<AddEdgeResult>
  /**
   * Adds a follow of the account that has this username, with the promises of {@link add}. It is a verb of its own because the account
   * is found by its name in the step that counts at it: a look-up before would be one more. `to` is gone where nobody has the name.
   * `outbox` is called with the id of that account.
   */
  follow(follow: NamedFollow, outbox?: OutboxRows<string>): Promise<FollowResult>
  /**
   * Removes the edge if there is one, hidden or not, whether or not its ends live. Returns whether it was there, and how many edges end
   * at `to` after that. Of concurrent calls exactly one removes.
   */
  remove(
    edge: Pick<EdgeRecord, 'kind' | 'from' | 'to'>,
    outbox?: OutboxRows,
  ): Promise<{ removed: boolean; count: number }>
  /** The visible edges at one side of a node, newest first. */
  list(side: EdgeSide, keyset: Keyset): Promise<EdgeRecord[]>
  /** Which of these nodes are at the other end of a visible edge, in any order. */
  among(side: EdgeSide, others: readonly string[]): Promise<string[]>
  /** The counts of these nodes, in the order of `nodes`. */
  counts(kind: EdgeKind, nodes: readonly string[]): Promise<EdgeCounts[]>
  /**
   * Hides an account, or shows it again: at most `limit` of its edges in one step. Returns how many changed; done at 0, and
   * until then lists and counts agree on the edges that have changed. From its first step on, edges that are added to a
   * hidden node are hidden. It may be turned round at any step.
   */
  setHidden(node: string, hidden: boolean, limit: number): Promise<number>
  /** Nodes that are hidden or not yet shown again in full, the highest id first. */
  hiddenNodes(keyset: Keyset): Promise<string[]>
  /**
   * Removes at most `limit` edges of a node that is gone for good, with their counts. Returns how many; done at 0, when
   * the node is no longer among the hidden ones either.
   */
  drop(node: string, limit: number): Promise<number>
  /**
   * One step of comparing counts with edges and setting them right: at most `limit` nodes, and of one with many edges a part, which
   * the next step goes on with. `after` is the `next` before, `null` to start. It is exact whatever is written meanwhile, between the
   * steps as well: a count that is right is not reported and stays so.
   */
  recount(after: string | null, limit: number): Promise<RecountResult>
}
