import type { Person, PlannedPost } from './cast/index.ts'
import { createRandom, type Random } from './random.ts'

/** An action of a person, with its time. */
export type Happening = { readonly at: Date; readonly who: Person } & (
  | { readonly kind: 'join' }
  | { readonly kind: 'follow'; readonly whom: Person }
  | { readonly kind: 'post'; readonly post: PlannedPost }
  | { readonly kind: 'like' | 'save'; readonly post: PlannedPost }
)

interface Published {
  who: Person
  post: PlannedPost
  at: Date
}

const minute = 60_000
const day = 1_440 * minute

/** Everything that happened in the five weeks before `now`, in the order of time. The same seed gives the same story. */
export function planHistory(people: readonly Person[], now: Date, seed: string): Happening[] {
  const random = createRandom(seed)
  const before = (millis: number): Date => new Date(now.getTime() - millis)
  const joins = random.shuffle(people).map((who, index): Happening => {
    const at = before(35 * day - (index / people.length) * 1.5 * day)
    return { kind: 'join', at, who }
  })
  const posts = planPosts(people, random).map(({ who, post }, index, { length }): Published => {
    // More toward the end than in the beginning, like in a community that grows.
    const age = ((length - 1 - index) / (length - 1)) ** 1.35 * 33 * day
    return {
      who,
      post,
      at: before(age + 9 * minute + random.between(0, 40) * minute * Math.min(1, age / day)),
    }
  })
  const appeal = new Map(people.map((who) => [who, random.between(0.45, 1)]))
  const follows = people.flatMap((who) => planFollows(who, { people, appeal, random, before }))
  const marks = posts.flatMap((published) => planMarks(published, { people, appeal, random, now, follows }))
  const all = [...joins, ...posts.map((post): Happening => ({ kind: 'post', ...post })), ...follows, ...marks]
  return all.sort((a, b) => a.at.getTime() - b.at.getTime())
}

/** The posts of each person in their own order, spread evenly. */
function planPosts(people: readonly Person[], random: Random): Omit<Published, 'at'>[] {
  const placed = people.flatMap((who) =>
    who.posts.map((post, index) => ({
      who,
      post,
      place: (index + random.between(0.1, 0.95)) / who.posts.length,
    })),
  )
  return placed.sort((a, b) => a.place - b.place)
}

interface Crowd {
  people: readonly Person[]
  /** How much others like the posts of a person. */
  appeal: ReadonlyMap<Person, number>
  random: Random
}

type Follow = Extract<Happening, { kind: 'follow' }>

function planFollows(
  who: Person,
  { people, appeal, random, before }: Crowd & { before: (millis: number) => Date },
): Follow[] {
  const openness = random.between(0.4, 0.9)
  return people
    .filter((whom) => whom !== who && random.chance(openness * (appeal.get(whom) ?? 0)))
    .map((whom) => ({ kind: 'follow', at: before(random.next() ** 0.5 * 33 * day), who, whom }))
}

/** Who likes a post, and who saves it: most of them soon. */
function planMarks(
  { who: author, post, at }: Published,
  { people, appeal, random, now, follows }: Crowd & { now: Date; follows: readonly Follow[] },
): Happening[] {
  const fans = new Set(follows.filter(({ whom }) => whom === author).map(({ who }) => who))
  const liked = (appeal.get(author) ?? 0) * random.between(0.4, 1)
  const time = Math.min(2 * day, now.getTime() - at.getTime())
  return people.flatMap((who): Happening[] => {
    if (who === author || !random.chance(liked * (fans.has(who) ? 1 : 0.4))) return []
    const when = new Date(at.getTime() + time * random.next() ** 2)
    const like: Happening = { kind: 'like', at: when, who, post }
    return random.chance(0.1) ? [like, { ...like, kind: 'save' }] : [like]
  })
}
