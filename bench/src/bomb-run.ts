import type { Bomb } from './image-bombs.ts'
import { startServer, type WatchedServer } from './watched-server.ts'

/** What is sent, and what a process that reads it may hold. */
export interface BombRun {
  bombs: readonly Bomb[]
  /** A file of the kind that is taken in. */
  plain: Buffer
  /** MiB that the processor lets a process hold. */
  ceiling: number
}

const [maxGrowth, maxDelay] = [64, 100]
/** A process is looked at every 25 ms, and grows in between. */
const overshoot = 1.1
/** What else runs on the machine delays requests too: the best of three tries counts, and memory of all of them. */
const tries = 3
/** Taken in, or refused for what the file is. */
const sound = /^(201|413|415|422) /

const wait = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

/**
 * Uploads each bomb twice at the same time, and looks at the server meanwhile; returns whether all held. Linux only: `/proc`
 * says how large a process is. With `KITH_ROOT=<another checkout>` the server is that of the checkout.
 */
export async function runBombs({ bombs, plain, ceiling }: BombRun): Promise<boolean> {
  let server = await open(plain)
  const quiet = await server.watch(() => wait(3_000))
  console.log(`without an attack: p99 of other requests ${quiet.p99.toFixed()} ms\n`)
  console.log(
    'bomb | KB | upload | seconds | server above its start by MB | largest process MB | p99 of others ms',
  )
  let broken = 0
  for (const [name, file] of bombs) {
    const start = performance.now()
    const worst = { growth: 0, largestChild: 0, p99: Infinity, isDown: false }
    let answers: string[] = []
    for (let attempt = 0; attempt < tries && worst.p99 > maxDelay && !worst.isDown; attempt++) {
      const seen = await server.watch(async () => {
        answers = await Promise.all([server.post('/media', file), server.post('/media', file)])
        // Short ones too are seen by some other requests.
        await wait(500)
      })
      worst.growth = Math.max(worst.growth, seen.growth)
      worst.largestChild = Math.max(worst.largestChild, seen.largestChild)
      worst.p99 = Math.min(worst.p99, seen.p99)
      worst.isDown = seen.isDown
    }
    const { growth, largestChild, p99, isDown } = worst
    const isSmall = growth <= maxGrowth && largestChild <= ceiling * overshoot
    const isHeld = !isDown && isSmall && p99 <= maxDelay && answers.every((answer) => sound.test(answer))
    if (!isHeld) broken++
    const figures = [growth, largestChild, p99].map((figure) => figure.toFixed())
    const seconds = ((performance.now() - start) / 1000 - 0.5).toFixed(1)
    const row = [name, (file.length / 1000).toFixed(), [...new Set(answers)].join(', '), seconds, ...figures]
    console.log(`${row.join(' | ')}${isDown ? ' | DOWN' : ''}${isHeld ? '' : ' | BROKEN'}`)
    if (isDown) server = await open(plain)
  }
  server.stop()
  console.log(`\n${bombs.length - broken} of ${bombs.length} held`)
  return broken === 0
}

async function open(plain: Buffer): Promise<WatchedServer> {
  const server = await startServer()
  await server.post('/media', plain)
  server.settle()
  return server
}
