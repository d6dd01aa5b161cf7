import { plain } from '../../../packages/conformance/src/image-processor/samples.ts'
import { makeImageBombs } from '../image-bombs.ts'
import { startServer } from '../watched-server.ts'

/**
 * Uploads each bomb twice at the same time, and looks at the server meanwhile. Linux only: `/proc` says how large a process
 * is. With `KITH_ROOT=<another checkout>` the server is that of the checkout.
 */
const [maxGrowth, maxChild, maxDelay] = [64, 1024 * 1.1, 100]

const bombs = await makeImageBombs()
let server = await startServer()
await server.post('/media', plain(60, 40))
const wait = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))
const quiet = await server.watch(() => wait(3_000))
console.log(`without an attack: p99 of other requests ${quiet.p99.toFixed()} ms\n`)
console.log('bomb | KB | upload | seconds | server grew by MB | largest process MB | p99 of others ms')
const allowed = Math.max(maxDelay, 3 * quiet.p99)
let broken = 0
for (const [name, file] of bombs) {
  const start = performance.now()
  let answers: string[] = []
  const seen = await server.watch(async () => {
    answers = await Promise.all([server.post('/media', file), server.post('/media', file)])
    // Short ones too are seen by some other requests.
    await wait(500)
  })
  const isHeld =
    !seen.isDown && seen.growth <= maxGrowth && seen.largestChild <= maxChild && seen.p99 <= allowed
  if (!isHeld) broken++
  const figures = [seen.growth, seen.largestChild, seen.p99].map((figure) => figure.toFixed())
  const seconds = ((performance.now() - start) / 1000 - 0.5).toFixed(1)
  const row = [name, (file.length / 1000).toFixed(), answers[0], seconds, ...figures]
  console.log(`${row.join(' | ')}${seen.isDown ? ' | DOWN' : ''}${isHeld ? '' : ' | BROKEN'}`)
  if (seen.isDown) {
    server = await startServer()
    await server.post('/media', plain(60, 40))
  }
}
server.stop()
console.log(`\n${bombs.length - broken} of ${bombs.length} held`)
process.exitCode = broken > 0 ? 1 : 0
