import type { Identifier, UserChanges, UsernameHold } from '@kith/core/ports'
import type { Filter } from 'mongodb'
import type { Collection } from './collection.ts'
import { type HeldName, identifiers, type UserDocument } from './user-document.ts'

/**
 * The usernames that an account keeps from others: its own and those it released. Under one unique index, so no two
 * conflict.
 */
export type Names = Pick<UserDocument, 'names' | 'held'>

/** The held names of an account whose username changes or is removed. */
export function namesAfter(
  before: UserDocument,
  username: string | null,
  { now, until }: Partial<UsernameHold> = {},
): Names {
  const kept = (before.held ?? []).filter((held) => held.name !== username && !(now && held.until <= now))
  const givenUp = before.username !== undefined && before.username !== username && until
  return toNames(username, givenUp ? [...kept, { name: before.username ?? '', until }] : kept)
}

/** An empty list would be one value under a unique index, so it is left out. */
function toNames(username: string | null, held: readonly HeldName[]): Names {
  const names = [...(username === null ? [] : [username]), ...held.map(({ name }) => name)]
  return { ...(names.length > 0 && { names }), ...(held.length > 0 && { held: [...held] }) }
}

/** The parts of an update that write the names of an account. */
export function writing({ names, held }: Names): { $set: Names; $unset: Record<string, ''> } {
  return {
    $set: { ...(names && { names }), ...(held && { held }) },
    $unset: { ...(!names && { names: '' }), ...(!held && { held: '' }) },
  }
}

/** Matches the account while it has the names that were read. */
export function unchanged({ _id, names }: UserDocument): Filter<UserDocument> {
  return { _id, names: names ?? { $exists: false } } as Filter<UserDocument>
}

/** Whether an account was purged, and remains only for its names. */
export function isRest(row: UserDocument): boolean {
  return row.deletedAt !== undefined && row.toPurge === undefined
}

/**
 * Forgets at most `limit` names of an account whose hold has ended. Returns how many; 0 if another caller was first.
 */
export async function forgetEnded(
  users: Collection<UserDocument>,
  row: UserDocument,
  { now, limit }: { now: Date; limit: number },
): Promise<number> {
  const ended = new Set((row.held ?? []).filter(({ until }) => until <= now).slice(0, limit))
  if (ended.size === 0) return 0
  const kept = toNames(row.username ?? null, row.held?.filter((held) => !ended.has(held)) ?? [])
  const done =
    isRest(row) && kept.names === undefined
      ? await users.remove(unchanged(row))
      : await users.update(unchanged(row), writing(kept))
  return done ? ended.size : 0
}

/**
 * Which of these identifiers another account has or holds. A hold that has ended is forgotten, and no longer counts.
 */
export async function takenOf(
  users: Collection<UserDocument>,
  wanted: UserChanges & { id: string },
  now?: Date,
): Promise<Identifier[]> {
  const taken: Identifier[] = []
  // One after the other, as a transaction requires.
  for (const name of identifiers) {
    const value = wanted[name]
    if (typeof value !== 'string') continue
    const holder = await users.first(name === 'username' ? { names: value } : { [name]: value })
    if (!holder || holder._id === wanted.id) continue
    const isEnded =
      now && name === 'username' && holder.held?.some((held) => held.name === value && held.until <= now)
    if (isEnded) await forgetEnded(users, holder, { now, limit: Infinity })
    else taken.push(name)
  }
  return taken
}
