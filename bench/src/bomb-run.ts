import type { Bomb } from './image-bombs.ts'
import { startServer, type WatchedServer } from './watched-server.ts'

/** The uploaded files, and the memory limit of a process that reads them. */
export interface BombRun {
  bombs: readonly Bomb[]
  /** A file of the accepted kind. */
  plain: Buffer
  /** MiB that the processor allows a process. */
  ceiling: number
}

const [maxGrowth, maxDelay] = [64, 100]
/** A process is checked every 25 ms, and grows in between. */
const overshoot = 1.1
/** Other load on the machine delays requests as well: for those the best of three tries counts, for memory all of them. */
const tries = 3
/** Accepted, or refused because of the file. */
const sound = /^(201|413|415|422) /

const wait = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

/**
 * Uploads each bomb twice at the same time, and observes the server meanwhile; returns whether all limits were kept. Linux only: `/proc`
 * gives the size of a process. With `KITH_ROOT=<another checkout>` the server is that of the checkout.
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
        // Some other requests run even during short ones.
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
