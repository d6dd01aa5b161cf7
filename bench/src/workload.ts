/** A number from 0 (included) to 1, the same sequence for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A distribution by its percentiles: pairs of a share of the population and the value up to there. */
type Percentiles = readonly (readonly [share: number, value: number])[]

/** How many accounts a person follows: Facebook 2011, as the LDBC data generator uses it. */
const followingPercentiles: Percentiles = [
  [0, 1],
  [0.1, 10],
  [0.2, 25],
  [0.3, 42],
  [0.5, 99],
  [0.6, 139],
  [0.7, 204],
  [0.8, 283],
  [0.9, 447],
  [0.96, 723],
  [0.99, 1029],
  [1, 5000],
]

/** How many posts a person has written: heavy-tailed, based on Bluesky in spring 2024. */
const postPercentiles: Percentiles = [
  [0, 0],
  [0.5, 7],
  [0.95, 292],
  [0.999, 8800],
  [1, 20_000],
]

/** The value at one point of a distribution, interpolated linearly between the percentiles, on a logarithmic scale. */
function valueAt(percentiles: Percentiles, point: number): number {
  const index = Math.max(
    1,
    percentiles.findIndex(([share]) => share >= point),
  )
  const [lowShare, low] = percentiles[index - 1] ?? [0, 0]
  const [highShare, high] = percentiles[index] ?? [1, low]
  const part = highShare === lowShare ? 0 : (point - lowShare) / (highShare - lowShare)
  return Math.expm1(Math.log1p(low) + part * (Math.log1p(high) - Math.log1p(low)))
}

/** The mean number of friends in a network of this size, as LDBC SNB scales it. */
function meanFriends(users: number): number {
  return users ** (0.512 - 0.028 * Math.log10(users))
}

/** A network to fill a storage with. People and posts are numbered from 0. */
export interface Workload {
  users: number
  posts: number
  /** Whom a person follows, without repeats. The last people of the network follow exactly as many as `fixedFollowing` says. */
  following(user: number): number[]
  /** Who wrote a post. Posts are numbered in the order of time. */
  author(post: number): number
}

/** The parameters of {@link createWorkload}. */
export interface WorkloadOptions {
  seed: number
  users: number
  posts: number
  /** Gives the last people of the network an exact number of follows, for comparisons. */
  fixedFollowing?: ReadonlyMap<number, number>
}

/** Creates a network: the number of follows is drawn from the percentiles, their targets by popularity with a heavy tail. */
export function createWorkload({
  seed,
  users,
  posts,
  fixedFollowing = new Map(),
}: WorkloadOptions): Workload {
  const scale = meanFriends(users) / meanOf(followingPercentiles)
  const authors = drawAuthors(createRandom(seed + 1), users, posts)

  return {
    users,
    posts,
    author: (post) => authors[post] ?? 0,
    following(user) {
      const random = createRandom(seed + 1000 + user * 7919)
      const drawn = Math.round(valueAt(followingPercentiles, random()) * scale)
      const wanted = Math.min(fixedFollowing.get(user) ?? drawn, users - 1)
      const chosen = new Set<number>()
      while (chosen.size < wanted) {
        // The popularity of person n falls as a power of n; half of the follows go to anyone, as friends' do.
        const popular = random() < 0.5
        const target = Math.floor((popular ? random() ** 4 : random()) * users)
        if (target !== user) chosen.add(target)
      }
      return [...chosen]
    },
  }
}

function meanOf(percentiles: Percentiles): number {
  const points = 10_000
  let sum = 0
  for (let index = 0; index < points; index++) sum += valueAt(percentiles, (index + 0.5) / points)
  return sum / points
}

// Each person gets a weight from the percentiles; posts are drawn by weight, so that authors mix in time.
function drawAuthors(random: () => number, users: number, posts: number): Int32Array {
  const upTo = new Float64Array(users)
  let total = 0
  for (let user = 0; user < users; user++) {
    total += valueAt(postPercentiles, random())
    upTo[user] = total
  }
  const authors = new Int32Array(posts)
  for (let post = 0; post < posts; post++) authors[post] = lowerBound(upTo, random() * total)
  return authors
}

function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
