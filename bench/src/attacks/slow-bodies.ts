import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { createKith, type Kith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { kithExpress } from '@kith/express'
import { kithFastify } from '@kith/fastify'
import express from 'express'
import { fastify } from 'fastify'

/**
 * How many connections a stranger can hold with bodies that stop or trickle, after the time limit (here one second). Before:
 * all of them on Fastify, indefinitely, and on Express for 300 s.
 */
const held = 20
const limits = { bodyTimeoutSeconds: 1, uploads: { graceSeconds: 1 } }

function makeKith(): Kith {
  return createKith({ secret: 'the secret of an attack, long enough', storage: createMemoryStorage() })
}

async function serveExpress(): Promise<number> {
  const server = express().use(kithExpress(makeKith(), limits).routes).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function serveFastify(): Promise<number> {
  const app = fastify()
  await app.register(kithFastify, { kith: makeKith(), ...limits })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

/** Opens a request that never ends: a sign-in without credentials, or an upload that is refused before its body is read. */
function hold(port: number, path: string): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}).resume()
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{`,
  )
  const trickle = setInterval(() => socket.write(' '), 200)
  socket.on('close', () => clearInterval(trickle))
  return socket
}

let left = 0
for (const [name, port] of [
  ['Express', await serveExpress()],
  ['Fastify', await serveFastify()],
] as const) {
  for (const path of ['/api/v1/users/login', '/api/v1/media']) {
    const sockets = Array.from({ length: held }, () => hold(port, path))
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    const open = sockets.filter(({ closed }) => !closed).length
    for (const socket of sockets) socket.destroy()
    console.log(`${name} ${path}: ${open} of ${held} connections held after four times the limit`)
    left += open
  }
}
process.exit(left === 0 ? 0 : 1)
