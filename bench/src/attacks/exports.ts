import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Worker } from 'node:worker_threads'
import express from 'express'
import { createKith } from '@kith/core'
import { kithExpress } from '@kith/express'
import { openBenchStorage } from '../bench-storage.ts'

/**
 * T5: 30 accounts with 20,000 followers each export at the same moment, from a separate thread, while another thread
 * calls `GET /users/me` repeatedly. Its response time is compared with the one without exports. On SQLite, or with `--postgres` on
 * PostgreSQL (see `openBenchStorage`).
 */
const [accounts, followers] = [30, 20_000]
const { storage, place, addFollowers, close } = await openBenchStorage()
const kith = createKith({
  secret: 'a secret of the attacks, of 32 characters or more',
  storage,
  passwords: { memoryKiB: 8, iterations: 1 },
})
const tokens: string[] = []
for (let index = 0; index <= accounts; index++) {
  const input = { username: `user${index}`, password: 'correct horse' }
  const { user, tokens: signedIn } = await kith.accounts.register(input)
  tokens.push(signedIn.accessToken)
  if (index < accounts) await addFollowers(user.id, followers)
}
const app = express()
app.use(kithExpress(kith).routes)
const server = createServer(app).listen(0, '127.0.0.1')
await new Promise((ready) => server.once('listening', ready))
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`

/** Calls repeatedly until it is stopped, and returns the duration of each response. */
const reader = `
  const { parentPort, workerData: { base, token } } = require('node:worker_threads')
  let running = true
  parentPort.on('message', () => (running = false))
  ;(async () => {
    const millis = []
    while (running) {
      const start = performance.now()
      await (await fetch(base + '/users/me', { headers: { authorization: 'Bearer ' + token } })).text()
      millis.push(performance.now() - start)
      await new Promise((done) => setTimeout(done, 5))
    }
    parentPort.postMessage(millis)
    process.exit()
  })()`

/** Reads all exports concurrently, and returns how many were complete. */
const exporter = `
  const { parentPort, workerData: { base, tokens } } = require('node:worker_threads')
  const start = performance.now()
  Promise.all(tokens.map(async (token) => {
    const answer = await fetch(base + '/users/me/export', { headers: { authorization: 'Bearer ' + token } })
    return (await answer.text()).split('\\n').length > ${followers}
  })).then((whole) => {
    parentPort.postMessage({ whole: whole.filter(Boolean).length, millis: performance.now() - start })
    process.exit()
  })`

function start(code: string, workerData: object): { worker: Worker; answer: Promise<unknown> } {
  const worker = new Worker(code, { eval: true, workerData, execArgv: [] })
  return { worker, answer: new Promise((done) => worker.once('message', done)) }
}

async function read(during: () => Promise<unknown>): Promise<{ median: number; worst: number }> {
  const { worker, answer } = start(reader, { base, token: tokens[accounts] })
  await during()
  worker.postMessage('stop')
  const millis = ((await answer) as number[]).sort((a, b) => a - b)
  const at = (share: number): number => Math.round(millis[Math.floor((millis.length - 1) * share)] ?? 0)
  return { median: at(0.5), worst: at(1) }
}

const alone = await read(() => new Promise((done) => setTimeout(done, 2_000)))
let exported = { whole: 0, millis: 0 }
const beside = await read(async () => {
  exported = (await start(exporter, { base, tokens: tokens.slice(0, accounts) }).answer) as typeof exported
})
console.log(`GET /users/me on ${place} alone: median ${alone.median} ms, worst ${alone.worst} ms`)
console.log(
  `beside ${accounts} exports of ${followers} followers: median ${beside.median} ms, worst ${beside.worst} ms`,
)
console.log(`${exported.whole} exports came whole, in ${(exported.millis / 1000).toFixed(1)} s`)
server.close()
server.closeAllConnections()
await close()
if (exported.whole < accounts || beside.median > Math.max(100, alone.median * 20)) process.exitCode = 1
