import type { Removal } from '@kith/core/ports'

/** A row that is marked as gone. */
export interface RemovalRow {
  id: string
  /** When it is due to be purged again; 0 while it was never purged. */
  again_at: number
}

/** What a row says of its removal. */
export function removalFrom({ id, again_at }: RemovalRow): Removal {
  return { id, purged: again_at > 0 }
}
