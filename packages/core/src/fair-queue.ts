import { RefusedError } from './errors.ts'

/** The key and the lane of a piece of work. */
export interface Turn {
  /** The account, network or device that causes the work. Work with the same key waits in line; keys take turns. */
  key: string
  /**
   * `first`: for known callers; runs before `shared`, which gets at least every fourth place, so that many known
   * callers cannot block everyone else. @default 'shared'
   */
  lane?: 'first' | 'shared' | undefined
}

/** The load of a queue. */
export interface QueueLoad {
  /** How many are waiting. */
  waiting: number
  /** How many are running. */
  running: number
  /** How many were refused as `busy` since the start. */
  refused: number
}

/** A queue that runs work in turn. */
export interface FairQueue {
  /** Runs `work` when it is its turn. @throws busy if too much is waiting already */
  <Result>(turn: Turn, work: () => Promise<Result>): Promise<Result>
  /** The current load. */
  load(): QueueLoad
}

/** The limits of a {@link FairQueue}. */
export interface FairQueueOptions {
  /** How many run at the same time. */
  concurrency: number
  /** How many may wait in each lane. */
  maxWaiting: number
  /** What is queued, for the log. @default 'queue' */
  work?: string | undefined
  /** Called for each piece of work that is refused. */
  onRefused?: ((turn: Turn) => void) | undefined
}

interface Waiting {
  start(): void
  refuse(): void
}

type Lane = Map<string, Waiting[]>

/** Unknown callers get at least a quarter of the places, however many known callers wait. */
const maxAhead = 3

/**
 * Creates a queue in which no key can take the places of others: keys take turns, and when a lane is full, the key with
 * the longest line loses its last entry to a key with a shorter one.
 */
export function createFairQueue(options: FairQueueOptions): FairQueue {
  const { concurrency, maxWaiting, work: name = 'queue', onRefused } = options
  let running = 0
  let refused = 0
  /** How many pieces of work in `first` have run before `shared` in a row. */
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
    // A map keeps the insertion order: the key moves behind all others.
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
      // The place is handed over rather than freed, so that no newcomer can take it in between.
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
