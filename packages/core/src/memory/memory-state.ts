import type { CodeRecord } from '../codes/code-store.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import type { EdgeRecord } from '../graph/edge-store.ts'
import type { MediaRecord } from '../media/media-store.ts'
import type { PostRecord } from '../posts/post-store.ts'
import type { MemoryQueues } from './memory-outbox-store.ts'

/** An edge, and those of its ends that hide it. */
export interface MemoryEdge extends EdgeRecord {
  hiddenBy: string[]
}

/** State shared by the memory stores: each port reads the rows of others where its promise spans both. */
export interface MemoryState {
  users: Map<string, UserRecord>
  posts: Map<string, PostRecord>
  media: Map<string, MediaRecord>
  edges: Map<string, MemoryEdge>
  /** Nodes that are hidden, and with `false` those being shown again. */
  hiddenNodes: Map<string, boolean>
  /** By purpose and subject. */
  codes: Map<string, CodeRecord>
  credentials: Map<string, CredentialRecord>
  queues: MemoryQueues
}

/** Whether an account is live: neither deleted nor banned. */
export function lives({ users }: MemoryState, id: string): boolean {
  return users.get(id)?.bannedAt === null
}

/** Creates an empty state. */
export function createMemoryState(): MemoryState {
  return {
    users: new Map(),
    posts: new Map(),
    media: new Map(),
    edges: new Map(),
    hiddenNodes: new Map(),
    codes: new Map(),
    credentials: new Map(),
    queues: { events: new Map(), messages: new Map(), audit: new Map() },
  }
}

/** Rows of a keyset page: newest id first. */
export function pageOf<Row extends { id: string }>(
  rows: Iterable<Row>,
  { limit, before }: { limit: number; before: string | null },
): Row[] {
  const older = [...rows].filter((row) => before === null || row.id < before)
  return structuredClone(older.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit))
}

/** The oldest of these ids. */
export function oldestOf(ids: Iterable<string>, limit: number): string[] {
  return [...ids].sort().slice(0, limit)
}

/** Releases a medium; upkeep removes its blob. */
export function release(media: MediaRecord): void {
  media.state = 'released'
  media.attachment = null
}
