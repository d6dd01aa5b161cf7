import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { kithExpress } from '@kith/express'
import { kithFastify } from '@kith/fastify'
import express from 'express'
import { fastify } from 'fastify'
import { createFleetKith, type FleetSettings } from './fleet-kith.ts'

// One process of a fleet: it receives its framework and its settings, and prints its URL once it listens.
const [framework, settings = ''] = process.argv.slice(2)
const { kith } = createFleetKith(JSON.parse(settings) as FleetSettings)

async function listenByExpress(): Promise<string> {
  const app = express().use(kithExpress(kith).routes)
  const server = createServer(app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function listenByFastify(): Promise<string> {
  const app = fastify()
  await app.register(kithFastify, { kith })
  return app.listen({ port: 0, host: '127.0.0.1' })
}

console.log(await (framework === 'fastify' ? listenByFastify() : listenByExpress()))
