import {
  guardHeader,
  hostCases,
  type Send,
  sendByFetch,
  type WireAnswer,
  type WireRequest,
} from '@kith/conformance'
import type { Kith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'
import { describe, expect, test } from 'vitest'
import { createFetchHost } from './fetch-host.ts'
import { runJourney } from './journey.ts'
import type { JourneyHost } from './journey-host.ts'
import { journeys } from './journeys.ts'

const sound = createFetchHost(async () => createMemoryStorage())

/** All that a host is tested by. */
const checks: readonly { id: string; run(host: JourneyHost): Promise<void> }[] = [
  ...hostCases,
  ...journeys.map((journey) => ({
    id: journey.id,
    run: (host: JourneyHost) => runJourney(journey, host),
  })),
]

/** The sound host with one flaw, in what it hands on or gives back. */
function flawed(flaw: (send: Send, kith: Kith) => Send): JourneyHost {
  return {
    ...sound,
    async serve(kith, options) {
      const server = await sound.serve(kith, options)
      return { ...server, send: flaw(server.send, kith) }
    },
  }
}

function onRequest(change: (request: WireRequest) => WireRequest): JourneyHost {
  return flawed((send) => (request) => send(change(request)))
}

function onAnswer(change: (answer: WireAnswer) => WireAnswer): JourneyHost {
  return flawed((send) => async (request) => change(await send(request)))
}

function onHeaders(change: (headers: Headers) => void): JourneyHost {
  return onAnswer((answer) => {
    change(answer.headers)
    return answer
  })
}

function onCookies(change: (cookie: string) => string): JourneyHost {
  return onHeaders((headers) => {
    const cookies = headers.getSetCookie().map(change)
    headers.delete('set-cookie')
    for (const cookie of cookies) headers.append('set-cookie', cookie)
  })
}

/** Keeps the first answer to each address. */
function caching(paths: RegExp): JourneyHost {
  return flawed((send) => {
    const kept = new Map<string, Promise<WireAnswer>>()
    return async (request) => {
      if (!paths.test(request.path)) return await send(request)
      const key = `${request.method} ${request.path}`
      const answer = kept.get(key) ?? send(request)
      kept.set(key, answer)
      return await answer
    }
  })
}

/** The answer to an input that is wrong. */
function refusal(send: Send): Promise<WireAnswer> {
  const headers = [['content-type', 'application/json']] as const
  return send({ method: 'POST', path: '/api/v1/users/login', headers, body: '{}' })
}

/** A storage that says it ended sessions, and did not. */
function forgetful(): JourneyHost {
  return {
    ...sound,
    async makeStorage() {
      const storage = createMemoryStorage()
      const { sessions } = storage
      return { ...storage, sessions: { ...sessions, revoke: async () => true, revokeAll: async () => [] } }
    },
  }
}

/** A host that hands everything to the Fetch handler, and knows its clients by this address. */
function handling(addressOf: (request: Request) => string): JourneyHost {
  return {
    ...sound,
    async serve(kith, options) {
      const http = createKithHttp(kith, options)
      const send = sendByFetch((request) => http.handle(request, { address: addressOf(request) }))
      return {
        connections: async () => 0,
        close: async () => {},
        async send(wire) {
          const answer = await send(wire)
          if (wire.path === '/api/v1/users/register') answer.headers.set(guardHeader, 'seen')
          return answer
        },
      }
    },
  }
}

/** A host that stops working when a client disconnects. */
function dying(): JourneyHost {
  return flawed((send) => {
    let alive = true
    return async (request) => {
      if (!alive) throw new Error('the process has ended')
      if (request.abort) alive = false
      return await send(request)
    }
  })
}

/** A host that answers some requests itself. */
function answering(answer: (request: WireRequest) => WireAnswer | null): JourneyHost {
  return flawed((send) => async (request) => answer(request) ?? (await send(request)))
}

/** A host that opens what it answers with, and never hears that its client has gone. */
function holding(): JourneyHost {
  return {
    ...sound,
    answersSentByHost: undefined,
    async serve(kith, options) {
      const http = createKithHttp(kith, options)
      const server = await sound.serve(kith, options)
      return {
        ...server,
        async send(request) {
          if (request.then === undefined) return await server.send(request)
          const { body, headers, status } = await http.handle(new Request(`http://localhost${request.path}`))
          await body?.getReader().read()
          return { status, headers, text: '' }
        },
      }
    },
  }
}

/** A host that keeps the connection of whoever gave up an upload. */
function keeping(): JourneyHost {
  return {
    ...sound,
    async serve(kith, options) {
      const server = await sound.serve(kith, options)
      let kept = 0
      return {
        ...server,
        connections: async () => kept,
        send(request) {
          if (request.abort) kept++
          return server.send(request)
        },
      }
    },
  }
}

function plain(status: number, text = ''): WireAnswer {
  return { status, headers: new Headers(), text }
}

/** Which of these fail. */
async function failures(host: JourneyHost, among: typeof checks): Promise<string[]> {
  const failed = await Promise.all(
    among.map(({ run }) =>
      run(host).then(
        () => false,
        () => true,
      ),
    ),
  )
  return among.flatMap(({ id }, index) => (failed[index] ? [id] : []))
}

const flaws: readonly [flaw: string, host: JourneyHost, ...fails: string[]][] = [
  ['cookies that scripts can read', onCookies((cookie) => cookie.replace('; HttpOnly', '')), 'host/cookies'],
  ['cookies that go over plain http', onCookies((cookie) => cookie.replace('; Secure', '')), 'host/cookies'],
  [
    'cookies that outlive their session',
    onCookies((cookie) => cookie.replace(/Max-Age=[1-9]\d*/, 'Max-Age=99999999')),
    'session/logout-expired',
  ],
  [
    'cookies that are joined into one header',
    onHeaders((headers) => void headers.set('set-cookie', headers.getSetCookie().join(', '))),
    'host/cookies',
  ],
  [
    'every page passing for the own one',
    onRequest((request) => ({
      ...request,
      headers: [
        ['sec-fetch-site', 'same-origin'],
        ...request.headers.filter(([name]) => name !== 'sec-fetch-site'),
      ],
    })),
    'origin/sign-in',
  ],
  [
    'origins that are lost on the way',
    onRequest((request) => ({
      ...request,
      headers: request.headers.filter(([name]) => name !== 'origin' && name !== 'sec-fetch-site'),
    })),
    'origin/cookies',
  ],
  [
    'CORS for everyone',
    onHeaders((headers) => void headers.set('access-control-allow-origin', '*')),
    'origin/cors',
    'host/preflight',
  ],
  ['answers that caches may mix up', onHeaders((headers) => headers.delete('vary')), 'host/problems'],
  ['limits without a time to wait', onHeaders((headers) => headers.delete('retry-after')), 'limit/lockout'],
  [
    'an answer with a field too many',
    onAnswer((answer) => ({ ...answer, text: answer.text.replace('"bio":', '"passwordHash":"x","bio":') })),
    'account/edit-profile',
  ],
  [
    'problems as plain JSON',
    onHeaders((headers) => {
      if (headers.get('content-type')?.includes('problem')) headers.set('content-type', 'application/json')
    }),
    'host/problems',
    'guard/private',
  ],
  [
    'bodies cut at the limit',
    onRequest((request) => ({ ...request, body: request.body?.slice(0, 60_000) })),
    'host/too-large',
  ],
  [
    'browsers that are sent on to nowhere',
    onHeaders((headers) => headers.delete('location')),
    'direct/upload',
  ],
  [
    'signed addresses that caches may keep for all',
    onHeaders((headers) => {
      if (headers.has('location')) headers.set('cache-control', 'public, max-age=31536000, immutable')
    }),
    'direct/upload',
  ],
  [
    'a wish for AVIF that is lost on the way',
    onRequest((request) => ({
      ...request,
      headers: request.headers.filter(([name]) => name !== 'accept'),
    })),
    'rendition/format',
  ],
  [
    'a cache that keeps one file for both formats',
    flawed((send) => {
      const kept = new Map<string, Promise<WireAnswer>>()
      return async (request) => {
        if (request.method !== 'GET' || !request.path.includes('/media/files/')) return await send(request)
        const answer = kept.get(request.path) ?? send(request)
        kept.set(request.path, answer)
        return await answer
      }
    }),
    'rendition/format',
  ],
  [
    'answers that caches may take for those of another format',
    onHeaders((headers) => void headers.set('vary', (headers.get('vary') ?? '').replace('Accept', 'X'))),
    'rendition/caches',
  ],
  [
    'one tag for both formats',
    onHeaders((headers) => {
      const tag = headers.get('etag')?.replace(/-(webp|avif)"/, '"')
      if (tag !== undefined) headers.set('etag', tag)
    }),
    'rendition/caches',
  ],
  ['targets that a URL parser reads for Kith alone', handling(() => '192.0.2.1'), 'host/guard'],
  [
    'addresses that clients choose',
    handling((request) => request.headers.get('x-forwarded-for') ?? '192.0.2.1'),
    'host/address',
  ],
  [
    'tokens that a proxy keeps to itself',
    onRequest((request) => ({
      ...request,
      headers: request.headers.filter(([name]) => name !== 'authorization'),
    })),
    'host/bearer',
  ],
  [
    'preflights with an answer of the host',
    answering(({ method }) => (method === 'OPTIONS' ? plain(204) : null)),
    'host/preflight',
    'host/methods',
  ],
  [
    'bodies for POST alone',
    onRequest((request) => (request.method === 'DELETE' ? { ...request, body: undefined } : request)),
    'host/json',
  ],
  [
    'bodies that are read as text',
    onRequest(({ body, ...request }) => ({ ...request, body: body && Buffer.from(body).toString() })),
    'host/form',
  ],
  [
    'bodies that are waited for',
    answering(({ announced }) => (announced === undefined ? null : plain(408))),
    'host/streaming',
  ],
  ['an end with the first client that disconnects', dying(), 'host/abort'],
  [
    'parts that pass for whole files',
    onAnswer((answer) => ({ ...answer, status: answer.status === 206 ? 200 : answer.status })),
    'host/ranges',
  ],
  [
    'a page of the host for every path that is not there',
    onAnswer((answer) => (answer.status === 404 ? plain(200, '<!doctype html>') : answer)),
    'host/others',
  ],
  [
    'HEAD with an answer of the host',
    answering(({ method }) => (method === 'HEAD' ? plain(200) : null)),
    'host/head',
  ],
  [
    'any number of uploads at the same time',
    {
      ...sound,
      serve: (kith, options) =>
        sound.serve(kith, { ...options, uploads: { ...options.uploads, perAccount: 100 } }),
    },
    'pace/concurrent-uploads',
  ],
  ['files of readers that have gone', holding(), 'host/leaving'],
  ['answers of readers that take nothing', holding(), 'leaving/stalled-reader'],
  ['connections of uploads that were given up', keeping(), 'leaving/aborted-uploads'],
  [
    'hints for whoever runs the server in an answer',
    onAnswer((answer) => ({
      ...answer,
      text: answer.text.replace('"detail":"The storage cannot be used."', '"detail":"Run migrate() first."'),
    })),
    'protocol/operator-hint',
  ],
  [
    'an answer that is whole for its client where it broke off',
    flawed((send) => (request) => send(request).catch(() => plain(200, '{}'))),
    'protocol/broken-off',
  ],
  ['sessions that only seem to end', forgetful(), 'session/logout-bearer'],
  ['a cache in front of the files that never asks again', caching(/\/media\/files\//), 'work/banned-files'],
  ['a role that is asked for once', caching(/^\/host\/desk/), 'guard/roles'],
  ['a cache in front of the signed addresses', caching(/\/media\/files\//), 'work/banned-redirects'],
  [
    'a filter that refuses what is wrong before it is counted',
    flawed((send) => async (request) => {
      const answer = await send(request)
      return answer.status === 429 && /7|"x"/.test(String(request.body)) ? await refusal(send) : answer
    }),
    'work/changes',
    'work/invalid-counts',
  ],
  [
    'an export that breaks off where it should be refused',
    onAnswer((answer) => (answer.status === 429 ? { ...answer, status: 200, text: '' } : answer)),
    'work/exports',
  ],
  [
    'a proxy that asks again by itself',
    flawed((send) => async (request) => {
      const answer = await send(request)
      return answer.status === 404 && request.path.endsWith('/confirm') ? await send(request) : answer
    }),
    'work/confirms',
  ],
  [
    'ids of requests that are lost on the way in',
    onRequest((request) => ({
      ...request,
      headers: request.headers.filter(([name]) => name !== 'x-request-id'),
    })),
    'request-id/kept',
  ],
  [
    'ids of requests that are lost on the way out',
    onHeaders((headers) => headers.delete('x-request-id')),
    'host/problems',
    'request-id/made',
  ],
  [
    'one id for all requests',
    onRequest((request) => ({ ...request, headers: [...request.headers, ['x-request-id', 'always']] })),
    'request-id/made',
  ],
  [
    'any text as an id',
    flawed((send) => async (request) => {
      const answer = await send(request)
      const sent = request.headers.find(([name]) => name === 'x-request-id')?.[1]
      if (sent === undefined) return answer
      answer.headers.set('x-request-id', sent)
      return {
        ...answer,
        text: answer.text.replace(/"requestId":"[^"]*"/, `"requestId":${JSON.stringify(sent)}`),
      }
    }),
    'request-id/made',
  ],
  [
    'ids that the log does not know',
    onRequest((request) => ({
      ...request,
      headers: request.headers.map(([name, value]) => [name, name === 'x-request-id' ? `${value}-x` : value]),
    })),
    'request-id/logged',
  ],
  [
    'a log full of inputs',
    flawed((send, kith) => (request) => {
      // In a form that the log cannot know for what it is.
      const message = String(request.body).replaceAll(/\W+/g, ' ')
      kith.config.log.warn('proxy.untrusted', { message })
      return send(request)
    }),
    'account/edit-profile',
  ],
]

describe('each flaw is found', () => {
  test.concurrent.each(flaws)('%s', async (_flaw, host, ...fails) => {
    const meant = checks.filter(({ id }) => fails.includes(id))
    expect(await failures(host, meant)).toEqual(meant.map(({ id }) => id))
    expect(meant).toHaveLength(fails.length)
  })
})

test('each case of the kit fails at a broken host', () => {
  const found = flaws.flatMap(([, , ...fails]) => fails)
  expect(hostCases.map(({ id }) => id).filter((id) => !found.includes(id))).toEqual([])
})

test('the sound host passes', async () => {
  expect(await failures(sound, checks)).toEqual([])
})

test('every check has an id of its own', () => {
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length)
})
