import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { cheapPasswords, type Send } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { kithExpress } from '@kith/express'
import { kithFastify } from '@kith/fastify'
import express, { type Express } from 'express'
import fc from 'fast-check'
import { fastify, type FastifyServerOptions } from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sendByHttp2 } from '../packages/http/test/journeys/wire-http2.ts'
import { sendRaw } from './send-raw.ts'

/** Headers of a response, one for each way in which a host may guard an exact path. */
const guards = ['x-by-router', 'x-by-path', 'x-by-target']

function makeKith(prefix: string) {
  return createKith({
    secret: 'the secret of this test, and long enough',
    storage: createMemoryStorage(),
    prefix,
    passwords: cheapPasswords,
  })
}

async function serveExpress(base: string, setUp: (app: Express) => void = () => {}): Promise<Send> {
  const app = express()
  setUp(app)
  const path = `${base}/users/register`
  app.use((request, response, next) => {
    if (request.path === path) response.set('x-by-path', 'seen')
    if (request.originalUrl.split('?')[0] === path) response.set('x-by-target', 'seen')
    next()
  })
  app.post(path, (_request, response, next) => {
    response.set('x-by-router', 'seen')
    next()
  })
  app.use(kithExpress(makeKith(base)).routes)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return sendRaw((server.address() as AddressInfo).port)
}

async function serveFastify(base: string, options: object = {}, scope = ''): Promise<number> {
  const app = fastify(options as FastifyServerOptions)
  onTestFinished(() => app.close())
  const path = `${base}/users/register`
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url === path) reply.header('x-by-router', 'seen')
    if (request.url.split('?')[0] === path) reply.header('x-by-path', 'seen')
    if (request.originalUrl.split('?')[0] === path) reply.header('x-by-target', 'seen')
  })
  const own = { kith: makeKith(base) }
  await app.register(async (inner) => inner.register(kithFastify, own), { prefix: scope })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

/** Pieces of targets: those of the path itself, and everything that makes another target look like that path to some parser. */
function targets(base: string): fc.Arbitrary<string> {
  const words = [...base.split('/'), 'users', 'register', 'x', '.', '..']
  const word = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...words) },
    fc.constantFrom(...words).map((text) => text.toUpperCase()),
    fc.constantFrom(...words).map((text) => text.replace(/^./, (letter) => percent(letter))),
    fc.constantFrom('%2e', '%2E.', '..;', ';x', '%00', '%20', '%EF%BC%8E', '%c0%ae', ' ', '\t', 'é'),
  )
  const separator = fc.oneof(
    { weight: 8, arbitrary: fc.constant('/') },
    fc.constantFrom(
      '\\',
      '//',
      '/./',
      '/../',
      '\\..\\',
      '%2f',
      '%5C',
      '%252f',
      '/x/../',
      ';/',
      '/%2e%2e/',
      '#/',
      '?/',
    ),
  )
  const free = fc
    .array(fc.tuple(separator, word), { minLength: 1, maxLength: 7 })
    .map((pairs) => pairs.flat().join(''))
  const ending = fc.constantFrom(
    '',
    '',
    '',
    '/',
    '\\',
    ';',
    '?',
    '?a=b',
    '#',
    '%20',
    '%00',
    '/.',
    '/x/..',
    '%3f',
    '.',
  )
  const origin = fc.constantFrom(
    '',
    '',
    '',
    '',
    'http://other.example',
    'http://localhost',
    'HTTP://x',
    '//x',
  )
  // Two of three targets are close to the path: one change, or one piece instead of a slash.
  const path = `${base}/users/register`
  const near = fc
    .tuple(fc.nat(path.length), fc.oneof(separator, word), fc.boolean())
    .map(([at, piece, replaces]) => path.slice(0, at) + piece + path.slice(replaces ? at + 1 : at))
  const spread = separator.map((piece) => path.replaceAll('/', piece))
  return fc
    .tuple(origin, fc.oneof({ weight: 3, arbitrary: near }, spread, free), ending)
    .map((parts) => parts.join(''))
}

function percent(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`
}

/** Whether Kith's registration has read the body, which it refuses. */
function reached({ status, text }: { status: number; text: string }): boolean {
  return status === 201 || text.includes('"invalid-input"') || text.includes('"unsupported-media-type"')
}

async function holds(send: Send, base: string): Promise<void> {
  const post = (path: string) =>
    send({ method: 'POST', path, headers: [['content-type', 'application/json']], body: '{}' })
  const plain = await post(`${base}/users/register?a=b`)
  expect([reached(plain), guards.map((name) => plain.headers.get(name))]).toEqual([
    true,
    ['seen', 'seen', 'seen'],
  ])
  await fc.assert(
    fc.asyncProperty(targets(base), async (target) => {
      const answer = await post(target)
      if (!reached(answer)) return
      expect(guards.filter((name) => !answer.headers.has(name))).toEqual([])
    }),
    { numRuns: 300, seed: 11, examples: [[`${base}/users/.\\register`], [`${base}/users/%2e/register`]] },
  )
}

describe('no spelling of a target reaches a route of Kith without being seen by a guard on its exact path', () => {
  test('Express', async () => holds(await serveExpress('/api/v1'), '/api/v1'))

  test('Express with a case-sensitive and strict router', async () =>
    holds(
      await serveExpress('/api/v1', (app) => app.enable('case sensitive routing').enable('strict routing')),
      '/api/v1',
    ))

  test('Express with another prefix', async () => holds(await serveExpress('/social/v1'), '/social/v1'))

  test('Express without a prefix', async () => holds(await serveExpress(''), ''))

  test('Fastify', async () => holds(sendRaw(await serveFastify('/api/v1')), '/api/v1'))

  test('Fastify with a router that ignores as many differences as possible', async () => {
    const routerOptions = {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      useSemicolonDelimiter: true,
    }
    await holds(sendRaw(await serveFastify('/api/v1', { routerOptions })), '/api/v1')
  })

  test('Fastify in a scope with a prefix, with a router that ignores as many differences as possible', async () => {
    const routerOptions = { caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true }
    const port = await serveFastify('/social/api/v1', { routerOptions }, '/social')
    await holds(sendRaw(port), '/social/api/v1')
  })

  test('Fastify over HTTP/2', async () =>
    holds(sendByHttp2(await serveFastify('/api/v1', { http2: true })), '/api/v1'))
})
