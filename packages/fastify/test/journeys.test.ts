import type { FastifyServerOptions } from 'fastify'
import { describe } from 'vitest'
import { journeysAbout } from '../../http/test/journeys/journeys.ts'
import { testHost } from '../../http/test/journeys/test-host.ts'
import { sendByHttp2 } from '../../http/test/journeys/wire-http2.ts'
import { kithFastify } from '../src/index.ts'
import { addOwnRoutes, fastifyHost, mountAtRoot, standIn } from './fastify-host.ts'

describe('Fastify, bare', () => testHost(fastifyHost(mountAtRoot)))

describe('Fastify, in a scope with a prefix', () =>
  testHost(
    fastifyHost(
      async (app, options) => {
        await app.register(
          async (scope) => {
            await scope.register(kithFastify, options)
            addOwnRoutes(app, scope)
            standIn(scope, options)
          },
          { prefix: '/social' },
        )
      },
      { own: { prefix: '/social/api/v1' } },
    ),
    journeysAbout('guard', 'input', 'direct', 'protocol', 'request-id'),
  ))

describe('Fastify, behind a trusted proxy', () =>
  testHost(
    fastifyHost(mountAtRoot, { own: { trustsProxy: true }, server: { trustProxy: 'loopback' } }),
    journeysAbout('limit'),
  ))

describe('Fastify, over HTTP/2', () =>
  testHost(
    fastifyHost(mountAtRoot, { server: { http2: true } as FastifyServerOptions, sendTo: sendByHttp2 }),
  ))
