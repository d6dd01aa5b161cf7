import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createKith } from '@kith/core'
import { kithExpress } from '@kith/express'
import { createSqliteStorage } from '@kith/storage-sqlite'
import express from 'express'
import { serveWithJobs } from '../../examples/recipes/src/graceful-shutdown.ts'

/** A process with a slow request and a slow job, which reports both to its parent. */
const kith = createKith({
  secret: '2f9c0d5be87a41d3a6b0c97e15f8426d',
  storage: createSqliteStorage({ path: process.env['DATABASE'] ?? '' }),
})
await kith.storage.migrate()
const app = express().use(kithExpress(kith).routes)
app.get('/slow', async (_request, response) => {
  const signal = once(process, 'SIGTERM')
  process.send?.('request begun')
  await signal
  await pause(300)
  response.send(String((await kith.accounts.list()).items.length))
})
const server = createServer(app)
serveWithJobs(server, kith, [
  {
    everySeconds: 3_600,
    async run() {
      process.send?.('job begun')
      // Until the request has its response, and longer.
      await once(server, 'close')
      await pause(300)
      // Like a job of an app, it needs Kith until its end.
      process.send?.(await kith.accounts.find('nobody').then(() => 'job done', String))
    },
  },
  {
    everySeconds: 0.01,
    async run() {
      throw new Error('the mail server is away')
    },
  },
])
await once(server.listen(0, '127.0.0.1'), 'listening')
process.send?.((server.address() as AddressInfo).port)
