/** Repeatable randomness: a source for one purpose, seeded with the name of that purpose. */
export interface Random {
  /** From 0 up to 1. */
  next(): number
  between(low: number, high: number): number
  /** A whole number, both ends included. */
  whole(low: number, high: number): number
  pick<Item>(items: readonly Item[]): Item
  chance(share: number): boolean
  shuffle<Item>(items: readonly Item[]): Item[]
}

/** Creates a source: the same seed gives the same numbers. It is for pictures and stories, not for secrets. */
export function createRandom(seed: string): Random {
  let state = hash(seed)

  // Mulberry32: a few operations, and uniform enough for these drawings.
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  const between = (low: number, high: number): number => low + next() * (high - low)
  const whole = (low: number, high: number): number => Math.floor(between(low, high + 1))

  return {
    next,
    between,
    whole,
    pick(items) {
      const [item] = items.slice(whole(0, items.length - 1))
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
    chance: (share) => next() < share,
    shuffle(items) {
      const keyed = items.map((item) => ({ item, key: next() }))
      return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
    },
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return value
}
