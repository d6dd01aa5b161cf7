import type { CountDifference, EdgeRecord, EdgeStore } from '@kith/core/ports'
import type { Call } from './connection.ts'

/** A node that is to be hidden, or shown again. */
export interface Turn {
  node: string
  hidden: boolean
}

/** What changes edges and counts together: by transactions, or in steps where the server has none. */
export interface EdgeChanges {
  add(call: Call, edge: EdgeRecord): ReturnType<EdgeStore['add']>
  remove(call: Call, edge: Omit<EdgeRecord, 'id'>): ReturnType<EdgeStore['remove']>
  setHidden(call: Call, turn: Turn, limit: number): Promise<number>
  drop(call: Call, node: string, limit: number): Promise<number>
  /** Compares the counts of one node with its edges, whatever goes on meanwhile, and sets them right. */
  correct(call: Call, node: string): Promise<CountDifference[]>
}
