import type { AddressInfo } from 'node:net'
import type * as Core from '@kith/core'
import type * as Memory from '@kith/core/memory'
import type * as Express from '@kith/express'
import { pathToFileURL } from 'node:url'

/**
 * A server with a cheap route of Kith, from the checkout in its first argument: prints its URL and the headers to send.
 * `/cpu` returns how much CPU time it has used, in microseconds.
 */
const [root = '', logging = 'none'] = process.argv.slice(2)
const load = async (path: string): Promise<unknown> => await import(pathToFileURL(`${root}/${path}`).href)
const { createKith } = (await load('packages/core/src/index.ts')) as typeof Core
const { createMemoryStorage } = (await load('packages/core/src/memory/index.ts')) as typeof Memory
const { kithExpress } = (await load('packages/express/src/index.ts')) as typeof Express
const { default: express } = await import('express')

const silent = { warn() {}, error() {} }
const kith = createKith({
  secret: 'uBq3kV8wLx1nZr5tYc7mPd2fGh9jKs4a',
  storage: createMemoryStorage(),
  passwords: { memoryKiB: 8, iterations: 1 },
  logger: logging === 'info' ? { ...silent, info() {} } : silent,
})
const { tokens } = await kith.accounts.register({ username: 'ana', password: 'correct horse battery' })
const app = express()
app.get('/cpu', (_request, response) => {
  const { user, system } = process.cpuUsage()
  response.json(user + system)
})
app.use(kithExpress(kith).routes)
const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(JSON.stringify({ port, authorization: `Bearer ${tokens.accessToken}` }))
})
