import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Send } from '@kith/conformance'
import { createKith, type Kith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { kithExpress } from '@kith/express'
import { kithFastify } from '@kith/fastify'
import express from 'express'
import { fastify } from 'fastify'
import {
  ambiguousSpellings,
  foreignSpellings,
} from '../../../packages/conformance/src/host/path-spellings.ts'
import { sendRaw } from '../../../test/send-raw.ts'

/**
 * How many spellings of `/users/register` reach Kith's registration behind a host's rule on exactly that path, which
 * refuses every request. Before the fix 56 of 115 in another list of spellings, and 52 of 228 in this one.
 */
const guarded = '/api/v1/users/register'

function makeKith(): Kith {
  return createKith({ secret: 'the secret of an attack, long enough', storage: createMemoryStorage() })
}

async function serveExpress(): Promise<Send> {
  const app = express()
  app.post(guarded, (_request, response) => void response.sendStatus(403))
  app.use(kithExpress(makeKith()).routes)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return sendRaw((server.address() as AddressInfo).port)
}

async function serveFastify(): Promise<Send> {
  const app = fastify()
  app.addHook('onRequest', async (request, reply) => {
    if (request.url === guarded || request.routeOptions.url === guarded) return reply.code(403).send()
  })
  await app.register(kithFastify, { kith: makeKith() })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return sendRaw((app.server.address() as AddressInfo).port)
}

const spellings = [
  guarded,
  ...ambiguousSpellings('/api/v1', '/users/register'),
  ...foreignSpellings('/api/v1', '/users/register'),
]
let reached = 0
for (const [name, send] of [
  ['Express', await serveExpress()],
  ['Fastify', await serveFastify()],
] as const) {
  for (const path of spellings) {
    const headers = [['content-type', 'application/json']] as const
    const { status } = await send({ method: 'POST', path, headers, body: '{}' })
    // Kith's registration rejects an empty object.
    if (status !== 422) continue
    reached++
    console.log(`${name}: ${path}`)
  }
}
console.log(`${reached} of ${spellings.length * 2} spellings reached Kith behind the rule of the host`)
process.exit(reached === 0 ? 0 : 1)
