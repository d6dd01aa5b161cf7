import type { EdgeCounts, EdgeKind } from '@kith/core/ports'
import type { Identified } from './collection.ts'

/** A document that counts. A count that is not there is 0. */
export interface CounterDocument extends Identified {
  /** How often it changed, so that a recount knows whether it did. */
  changes?: number
  /**
   * The operations that are counted already, on a server without transactions: there each is applied by whoever finds
   * it, and must count once.
   */
  applied?: string[]
  /** Operations up to this one were applied and are no longer named, or never will be under their name. */
  floor?: string
  changedAt?: Date
}

/** How many visible edges of each kind start and end at a node, and whether the node is hidden. */
export interface NodeDocument extends CounterDocument, Partial<Record<EdgeKind, Partial<EdgeCounts>>> {
  /** There from the first step of hiding to the last step of showing; `false` while it is on the way back. */
  hidden?: boolean
  /** There as long as `hidden` is. */
  marked?: true
  /** How often it was hidden, on a server without transactions: whoever shows it takes off the mark of that time alone. */
  turns?: number
}

/** How many live posts an author has. */
export interface AuthorDocument extends CounterDocument {
  posts?: number
  /** How often an avatar or a cover was set. */
  placed?: number
}
