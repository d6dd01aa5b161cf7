import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/**
 * What calls cost here and in an earlier checkout with installed dependencies: `pnpm --filter @kith/bench operations cost
 * <folder>`. Both sides take turns and are measured in CPU time of their processes, so other load affects both; without a folder
 * this checkout is compared with itself, which shows the noise. Exits with 1 if a call has become more than 5 % more expensive.
 * `--only <text>` measures the calls whose names contain it, `--longer 3` uses three times as many pairs of processes.
 */
const { values, positionals } = parseArgs({
  args: process.argv.slice(3).filter((each) => each !== '--'),
  allowPositionals: true,
  options: { only: { type: 'string', default: '' }, longer: { type: 'string', default: '1' } },
})
const here = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
const [before = here] = positionals
const mostLost = 0.05
/** In CPU time; below that a call is a lookup in memory, and costs its caller nothing. */
const leastMicros = 0.5
/** Which code is optimized in which order is random, so one pair of processes says little. */
const pairs = 3 * Number(values.longer)
const rounds = 7
const connections = 10

interface Side {
  child: ChildProcess
  agent: Agent
  ports: Readonly<Record<'express' | 'fastify', number>>
  authorization: string
}

/** Microseconds of CPU time for each of this many calls. */
type Measure = (side: Side, times: number) => Promise<number>

const inProcess =
  (name: string): Measure =>
  (side, times) =>
    told(side, name, times)

/** Requests to a server; only its process is measured. */
function overHttp(server: 'express' | 'fastify', path: string, sent: Buffer | null = null): Measure {
  return async (side, times) => {
    const start = await told(side, null, 0)
    let left = times
    const client = async (): Promise<void> => {
      while (left-- > 0) await send(side, { port: side.ports[server], path, sent })
    }
    await Promise.all(Array.from({ length: sent ? 1 : connections }, client))
    return ((await told(side, null, 0)) - start) / times
  }
}

const megabyte = 1024 * 1024
const video = Buffer.concat([
  Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'),
  Buffer.alloc(100 * megabyte, 'x'),
])
const subjects: readonly { name: string; times: number; measure: Measure }[] = [
  { name: 'handle: GET /users/me', times: 3_000 },
  { name: 'handle: GET /feed', times: 250 },
  { name: 'guard: requireViewer', times: 40_000 },
  { name: 'sessions.authenticate', times: 100_000 },
  { name: 'sessions.refresh', times: 600 },
  { name: 'sessions.login', times: 200 },
  { name: 'likes.add', times: 600 },
  { name: 'follows.add', times: 600 },
  { name: 'posts.create', times: 600 },
  { name: 'feed.home', times: 300 },
  { name: 'Express: GET /users/me', times: 1_500, measure: overHttp('express', '/api/v1/users/me') },
  { name: 'Express: GET /feed', times: 250, measure: overHttp('express', '/api/v1/feed') },
  { name: 'Express: guarded route', times: 1_500, measure: overHttp('express', '/own') },
  { name: 'Fastify: GET /users/me', times: 1_500, measure: overHttp('fastify', '/api/v1/users/me') },
  { name: 'Fastify: GET /feed', times: 250, measure: overHttp('fastify', '/api/v1/feed') },
  { name: 'Fastify: guarded route', times: 2_000, measure: overHttp('fastify', '/own') },
  { name: 'Express: upload, 5 MB', times: 8, measure: upload(5 * megabyte) },
  { name: 'Express: upload, 100 MB', times: 1, measure: upload(100 * megabyte) },
].map((subject) => ({ measure: inProcess(subject.name), ...subject }))

function upload(bytes: number): Measure {
  return overHttp('express', '/api/v1/media', video.subarray(0, bytes))
}

async function told({ child }: Side, name: string | null, times: number): Promise<number> {
  child.send({ name, times })
  const [micros] = (await once(child, 'message')) as [number]
  return micros
}

interface Sending {
  port: number
  path: string
  sent: Buffer | null
}

function send({ agent, authorization }: Side, { port, path, sent }: Sending): Promise<void> {
  const headers = {
    authorization,
    ...(sent && { 'content-type': 'video/mp4', 'content-length': sent.length }),
  }
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: '127.0.0.1', port, path, agent, headers, method: sent ? 'POST' : 'GET' },
      (answer) => {
        const { statusCode = 0 } = answer
        answer.resume().once('end', () => {
          if (statusCode < 300) resolve()
          else reject(new Error(`${path} answers ${statusCode}`))
        })
      },
    )
    asking.once('error', reject).end(sent ?? undefined)
  })
}

async function start(folder: string): Promise<Side> {
  const child = fork(fileURLToPath(new URL('../cost/cost-subject.ts', import.meta.url)), [folder], {
    execArgv: ['--conditions=@kith/source'],
  })
  const [ready] = (await once(child, 'message')) as [Pick<Side, 'ports' | 'authorization'>]
  return { child, agent: new Agent({ keepAlive: true, maxSockets: connections }), ...ready }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN
}

const chosen = subjects
  .filter(({ name }) => name.includes(values.only))
  .map((subject) => ({ ...subject, before: [] as number[], after: [] as number[] }))
for (let pair = 0; pair < pairs; pair++) {
  const sides = { before: await start(before), after: await start(here) }
  // The first rounds of a process warm it up.
  for (let round = -2; round < rounds; round++) {
    for (const subject of chosen) {
      // In turns: neither side is always first.
      const order = (round + pair) % 2 === 0 ? (['before', 'after'] as const) : (['after', 'before'] as const)
      for (const side of order) {
        const micros = await subject.measure(sides[side], subject.times)
        if (round >= 0) subject[side].push(micros)
      }
    }
  }
  for (const { child, agent } of Object.values(sides)) {
    agent.destroy()
    child.disconnect()
  }
}

console.log(
  `${pairs} pairs of processes, ${rounds} rounds each, medians; load average ${loadavg()[0]?.toFixed(1)}; before: ${before}`,
)
console.log('µs of the processor a call        before        now   now / before')
const dearer: string[] = []
for (const subject of chosen) {
  // Interleaved in each round, so that other load affects both.
  const ratio = median(subject.after.map((value, index) => value / (subject.before[index] ?? NaN)))
  const [was, is] = [median(subject.before), median(subject.after)]
  if (!(ratio <= 1 + mostLost) && is - was > leastMicros) dearer.push(subject.name)
  console.log(
    subject.name.padEnd(26) +
      was.toFixed(1).padStart(14) +
      is.toFixed(1).padStart(11) +
      ratio.toFixed(3).padStart(15),
  )
}
if (dearer.length > 0) {
  console.log(`More than ${100 * mostLost} % dearer: ${dearer.join('; ')}`)
  process.exitCode = 1
}
