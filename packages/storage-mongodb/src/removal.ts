import type { Removal } from '@kith/core/ports'

/** When something that is marked as gone is due to be purged before it ever was. */
export const never: Date = new Date(0)

/** What is due at `now`. The lower end is that of the index. */
export function dueAt(now: Date): { againAt: { $gte: Date; $lte: Date } } {
  return { againAt: { $gte: never, $lte: now } }
}

/** What a document says of its removal. */
export function removalFrom({ _id, againAt }: { _id: string; againAt?: Date }): Removal {
  return { id: _id, purged: againAt !== undefined && againAt > never }
}
