import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { answersPerSecond } from './load.ts'

interface App {
  kith: number
  twin: number
  open: number
  place: string
  accessToken: string
  postIds: string[]
}

interface Side {
  port: number
  next: () => string
}

const rounds = 15
const seconds = 0.4
const connections = 20

/**
 * Measures routes of Kith behind a framework next to the same routes written by hand, and a guarded route of the app next to an
 * open one. The app runs in a separate process. Each round calls one side and then the other; the medians count. The figure
 * per second of CPU time is the same on an idle machine, and stays right on a busy one; it does not include a database
 * server. On SQLite, or with `--postgres` on PostgreSQL (see `openBenchStorage`).
 */
export async function compareRoutes(framework: 'express' | 'fastify'): Promise<void> {
  const child = fork(fileURLToPath(new URL('app.ts', import.meta.url)), [framework, ...process.argv.slice(3)])
  const [app] = (await once(child, 'message')) as [App]
  const to = (port: number, line: () => string): Side => ({
    port,
    next: () => `${line()} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${app.accessToken}\r\n\r\n`,
  })
  const both = (line: () => string): [Side, Side] => [to(app.kith, line), to(app.twin, line)]
  // Both sides take their posts from one list, because a post that the other side has liked would be less work.
  let liked = 0
  const like = (): string => `PUT /api/v1/posts/${app.postIds[liked++ % app.postIds.length]}/like`
  const subjects: readonly [name: string, target: number, sides: [Side, Side]][] = [
    ['GET /users/me', 0.75, both(() => 'GET /api/v1/users/me')],
    ['GET /feed, 20 posts', 0.75, both(() => 'GET /api/v1/feed?limit=20')],
    ['PUT /posts/:id/like', 0.75, both(like)],
    ['guarded route of the app', 0.95, [to(app.kith, () => 'GET /own'), to(app.open, () => 'GET /own')]],
  ]
  async function processorSeconds(): Promise<number> {
    child.send('usage')
    const [micros] = (await once(child, 'message')) as [number]
    return micros / 1e6
  }

  console.log(
    `${framework} on ${app.place}, ${connections} connections, medians of ${rounds} rounds of ${seconds} s: responses per second`,
  )
  for (const [name, target, sides] of subjects) {
    if (!name.includes(process.env['ONLY'] ?? '')) continue
    const rates: [number[], number[]] = [[], []]
    const perProcessor: [number[], number[]] = [[], []]
    // The first rounds are not counted.
    for (let round = -2; round < rounds; round++)
      for (const [index, side] of sides.entries()) {
        const before = await processorSeconds()
        const rate = await answersPerSecond({ ...side, seconds, connections })
        const used = (await processorSeconds()) - before
        if (round < 0) continue
        rates[index]?.push(rate)
        perProcessor[index]?.push((rate * seconds) / used)
      }
    const ratio = report(name, rates)
    report('  for a second of the processor', perProcessor)
    if (ratio >= target) continue
    console.log(`  below the target of ${100 * target} %`)
    process.exitCode = 1
  }
  child.disconnect()
}

function report(name: string, figures: [number[], number[]]): number {
  const [own = 0, other = 1] = figures.map(median)
  const ratio = own / other
  console.log(`${name}: ${own.toFixed(0)} of ${other.toFixed(0)}, ${(100 * ratio).toFixed(0)} %`)
  return ratio
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[values.length >> 1] ?? 0
}
