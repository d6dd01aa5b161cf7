import { RefusedError } from './errors.ts'

/** Whose turn a piece of work waits for. */
export interface Turn {
  /** The account, network or device that causes the work. Work of one key waits in line; keys take turns. */
  key: string
  /**
   * `first`: for callers that are known, runs before `shared`, which gets every fourth place at least, so that many known
   * callers cannot stop all others. @default 'shared'
   */
  lane?: 'first' | 'shared' | undefined
}

/** How much a queue has to do. */
export interface QueueLoad {
  /** How many wait for their turn now. */
  waiting: number
  /** How many are worked on now. */
  running: number
  /** How many were refused as `busy` since the start. */
  refused: number
}

/** Work in turn. */
export interface FairQueue {
  /** Runs `work` when it is its turn. @throws busy where too much waits already */
  <Result>(turn: Turn, work: () => Promise<Result>): Promise<Result>
  /** What there is to do. */
  load(): QueueLoad
}

/** The limits of a {@link FairQueue}. */
export interface FairQueueOptions {
  /** How many pieces of work run at the same time. */
  concurrency: number
  /** How many may wait in each lane. */
  maxWaiting: number
  /** What it is a queue of, for the log. @default 'queue' */
  work?: string | undefined
  /** Hears of each piece of work that is refused. */
  onRefused?: ((turn: Turn) => void) | undefined
}

interface Waiting {
  start(): void
  refuse(): void
}

type Lane = Map<string, Waiting[]>

/** Strangers get a quarter of the places at least, however many known callers wait. */
const maxAhead = 3

/**
 * Creates a queue in which nobody can fill the places of others: keys take turns, and when a lane is full, the key with the
 * longest line loses its last entry to a key with a shorter one.
 */
export function createFairQueue(options: FairQueueOptions): FairQueue {
  const { concurrency, maxWaiting, work: name = 'queue', onRefused } = options
  let running = 0
  let refused = 0
  /** How many pieces of work in `first` have gone before `shared` in a row. */
  let ahead = 0
  const lanes: Readonly<Record<'first' | 'shared', Lane>> = { first: new Map(), shared: new Map() }

  function enter(lane: Lane, key: string, waiting: Waiting): void {
    const line = lane.get(key) ?? []
    if (sizeOf(lane) >= maxWaiting) {
      const longest = longestLine(lane)
      if (longest.length <= line.length + 1) return waiting.refuse()
      longest.pop()?.refuse()
    }
    line.push(waiting)
    lane.set(key, line)
  }

  function takeNext(): Waiting | undefined {
    const isFirst = lanes.first.size > 0 && (ahead < maxAhead || lanes.shared.size === 0)
    ahead = isFirst ? ahead + 1 : 0
    const lane = isFirst ? lanes.first : lanes.shared
    const [entry] = lane
    if (!entry) return undefined
    const [key, line] = entry
    const next = line.shift()
    // A map keeps the order of insertion: the key goes behind all others.
    lane.delete(key)
    if (line.length > 0) lane.set(key, line)
    return next
  }

  async function run<Result>(turn: Turn, work: () => Promise<Result>): Promise<Result> {
    const { key, lane = 'shared' } = turn
    if (running < concurrency) running++
    else {
      await new Promise<void>((start, fail) => {
        const refuse = (): void => {
          refused++
          onRefused?.(turn)
          fail(new RefusedError('busy', 1, name))
        }
        enter(lanes[lane], key, { start, refuse })
      })
    }
    try {
      return await work()
    } finally {
      // The place is handed on rather than freed, so that no newcomer can slip in between.
      const next = takeNext()
      if (next) next.start()
      else running--
    }
  }

  return Object.assign(run, {
    load: () => ({ waiting: sizeOf(lanes.first) + sizeOf(lanes.shared), running, refused }),
  })
}

function sizeOf(lane: Lane): number {
  let size = 0
  for (const line of lane.values()) size += line.length
  return size
}

function longestLine(lane: Lane): Waiting[] {
  let longest: Waiting[] = []
  for (const line of lane.values()) if (line.length > longest.length) longest = line
  return longest
}
