import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/**
 * What the record of each request costs: the CPU time of a server for `GET /users/me` on Express and memory, in alternating
 * rounds. `pnpm --filter @kith/bench operations log-cost <folder>` compares with an earlier checkout with installed
 * dependencies; without one, with the same tree (which shows the noise). Fails if more than 3 % are lost without an info logger.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
const before = process.argv[3] ?? root
const rounds = 15
const requests = 3_000
const connections = 20
const mostLost = 0.03

interface Server {
  /** Sends the requests of one round; returns microseconds of CPU time for each, and requests per second. */
  round(): Promise<{ micros: number; perSecond: number }>
  stop(): void
}

async function start(folder: string, logging: 'none' | 'info'): Promise<Server> {
  const script = fileURLToPath(new URL('../request-server.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=@kith/source', script, folder, logging], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { port, authorization } = JSON.parse(line) as { port: number; authorization: string }
  const agent = new Agent({ keepAlive: true, maxSockets: connections })

  function ask(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const asking = request(
        { host: '127.0.0.1', port, path, agent, headers: { authorization } },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.once('end', () => {
            if (answer.statusCode === 200) resolve(Buffer.concat(chunks).toString())
            else reject(new Error(`${path} answers ${answer.statusCode}`))
          })
        },
      )
      asking.once('error', reject).end()
    })
  }

  return {
    async round() {
      const cpu = Number(await ask('/cpu'))
      const started = performance.now()
      let left = requests
      const client = async (): Promise<void> => {
        while (left-- > 0) await ask('/api/v1/users/me')
      }
      await Promise.all(Array.from({ length: connections }, client))
      const seconds = (performance.now() - started) / 1000
      return { micros: (Number(await ask('/cpu')) - cpu) / requests, perSecond: requests / seconds }
    },
    stop() {
      agent.destroy()
      child.kill()
    },
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

const sides = {
  before: await start(before, 'none'),
  'without an info logger': await start(root, 'none'),
  'with an info logger': await start(root, 'info'),
}
const seen = Object.entries(sides).map(([name, server]) => ({
  name,
  server,
  micros: [] as number[],
  perSecond: [] as number[],
}))
// The first two rounds warm each side up.
for (let round = -2; round < rounds; round++) {
  // In a different order each time, so that none always follows the same one.
  for (const index of seen.keys()) {
    const side = seen[(index + round + 2) % seen.length]
    const measured = await side?.server.round()
    if (round < 0 || !side || !measured) continue
    side.micros.push(measured.micros)
    side.perSecond.push(measured.perSecond)
  }
}
for (const { server } of seen) server.stop()

const [base, silent] = seen
console.log(
  `GET /users/me, ${rounds} rounds of ${requests} requests, ${connections} connections; before: ${before}`,
)
for (const { name, micros, perSecond } of seen)
  console.log(
    `${name.padEnd(24)} ${median(micros).toFixed(1)} µs of processor time a request, ${Math.round(median(perSecond))} requests a second`,
  )
// Interleaved in each round, so that other load affects both.
const lost = median((silent?.micros ?? []).map((value, round) => value / (base?.micros[round] ?? NaN) - 1))
console.log(`lost without an info logger: ${(100 * lost).toFixed(1)} % (at most ${100 * mostLost} %)`)
if (!(lost <= mostLost)) process.exitCode = 1
