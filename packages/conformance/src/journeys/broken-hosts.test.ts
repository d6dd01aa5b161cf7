import type { Kith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'
import { describe, expect, test } from 'vitest'
import { makeLocalMedia } from '../../../../test/local-media.ts'
import { createFetchHost } from './fetch-host.ts'
import type { Journey } from './journey.ts'
import { guardHeader, type JourneyHost } from './journey-host.ts'
import { openJourneyApp } from './journey-app.ts'
import { journeys } from './journeys.ts'
import { type Send, sendByFetch, type WireAnswer, type WireRequest } from './wire.ts'

const sound = createFetchHost(async () => createMemoryStorage(), makeLocalMedia)

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

/** A host whose guard looks at the target as it came, and that lets a URL parser read it for Kith. */
function parsing(): JourneyHost {
  return {
    ...sound,
    async serve(kith, options) {
      const http = createKithHttp(kith, options)
      const send = sendByFetch((request) => http.handle(request, { address: '192.0.2.1' }))
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

/** A host that opens what it answers with, and never hears that its client has gone. */
function holding(): JourneyHost {
  return {
    ...sound,
    conditions: { ...sound.conditions, answersSentByHost: null },
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

function sound200(text: string): WireAnswer {
  return { status: 200, headers: new Headers(), text }
}

async function failures(host: JourneyHost, among = journeys): Promise<string[]> {
  const results = await Promise.all(
    among.map(async (journey) => ((await fails(journey, host)) ? [journey.name] : [])),
  )
  return results.flat()
}

async function fails({ run, setup }: Journey, host: JourneyHost): Promise<boolean> {
  const app = await openJourneyApp(host, setup)
  try {
    await run(app)
    await app.close()
    return false
  } catch {
    return true
  }
}

const flaws: readonly [flaw: string, host: JourneyHost, caughtBy: RegExp][] = [
  [
    'cookies that scripts can read',
    onCookies((cookie) => cookie.replace('; HttpOnly', '')),
    /^accounts: registration/,
  ],
  [
    'cookies that go over plain http',
    onCookies((cookie) => cookie.replace('; Secure', '')),
    /^accounts: registration/,
  ],
  [
    'cookies that outlive their session',
    onCookies((cookie) => cookie.replace(/Max-Age=[1-9]\d*/, 'Max-Age=99999999')),
    /^sessions: a logout works with an expired/,
  ],
  [
    'cookies that are joined into one header',
    onHeaders((headers) => void headers.set('set-cookie', headers.getSetCookie().join(', '))),
    /^accounts: registration/,
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
    /^origins: no page that is not allowed/,
  ],
  [
    'origins that are lost on the way',
    onRequest((request) => ({
      ...request,
      headers: request.headers.filter(([name]) => name !== 'origin' && name !== 'sec-fetch-site'),
    })),
    /^origins: with cookies only pages/,
  ],
  [
    'CORS for everyone',
    onHeaders((headers) => void headers.set('access-control-allow-origin', '*')),
    /^origins: CORS echoes/,
  ],
  [
    'answers that caches may mix up',
    onHeaders((headers) => headers.delete('vary')),
    /^accounts: registration/,
  ],
  [
    'limits without a time to wait',
    onHeaders((headers) => headers.delete('retry-after')),
    /^limits: guessing/,
  ],
  [
    'an answer with a field too many',
    onAnswer((answer) => ({ ...answer, text: answer.text.replace('"bio":', '"passwordHash":"x","bio":') })),
    /^accounts: a profile/,
  ],
  [
    'problems as plain JSON',
    onHeaders((headers) => {
      if (headers.get('content-type')?.includes('problem')) headers.set('content-type', 'application/json')
    }),
    /^guards: a private route/,
  ],
  [
    'bodies cut at the limit',
    onRequest((request) => ({ ...request, body: request.body?.slice(0, 60_000) })),
    /^bodies: too large/,
  ],
  [
    'browsers that are sent on to nowhere',
    onHeaders((headers) => headers.delete('location')),
    /^direct: a picture that was sent/,
  ],
  [
    'signed addresses that caches may keep for all',
    onHeaders((headers) => {
      if (headers.has('location')) headers.set('cache-control', 'public, max-age=31536000, immutable')
    }),
    /^direct: a picture that was sent/,
  ],
  [
    'a wish for AVIF that is lost on the way',
    onRequest((request) => ({
      ...request,
      headers: request.headers.filter(([name]) => name !== 'accept'),
    })),
    /^renditions: AVIF is for whom names it/,
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
    /^renditions: AVIF is for whom names it/,
  ],
  [
    'answers that caches may take for those of another format',
    onHeaders((headers) => void headers.set('vary', (headers.get('vary') ?? '').replace('Accept', 'X'))),
    /^renditions: each format is a file of its own/,
  ],
  [
    'one tag for both formats',
    onHeaders((headers) => {
      const tag = headers.get('etag')?.replace(/-(webp|avif)"/, '"')
      if (tag !== undefined) headers.set('etag', tag)
    }),
    /^renditions: each format is a file of its own/,
  ],
  ['targets that a URL parser reads for Kith alone', parsing(), /^paths: what a router/],
  ['an absolute address that is taken for a path', parsing(), /^paths: no spelling/],
  [
    'any number of uploads at the same time',
    {
      ...sound,
      serve: (kith, options) =>
        sound.serve(kith, { ...options, uploads: { ...options.uploads, perAccount: 100 } }),
    },
    /^pace: one account sends/,
  ],
  ['files of readers that have gone', holding(), /^leaving: files whose readers/],
  ['answers of readers that take nothing', holding(), /^leaving: a client that takes nothing/],
  ['connections of uploads that were given up', keeping(), /^leaving: of uploads/],
  [
    'hints for whoever runs the server in an answer',
    onAnswer((answer) => ({
      ...answer,
      text: answer.text.replace('"detail":"The storage cannot be used."', '"detail":"Run migrate() first."'),
    })),
    /^protocol: what whoever runs the server/,
  ],
  [
    'an answer that is whole for its client where it broke off',
    flawed((send) => (request) => send(request).catch(() => sound200('{}'))),
    /^protocol: an answer that breaks off/,
  ],
  ['sessions that only seem to end', forgetful(), /^sessions: a bearer logout/],
  [
    'a cache in front of the files that never asks again',
    caching(/\/media\/files\//),
    /^work: files of a banned/,
  ],
  ['a role that is asked for once', caching(/^\/host\/desk/), /^guards: a route for roles/],
  ['a cache in front of the signed addresses', caching(/\/media\/files\//), /^work: nobody is sent on/],
  [
    'a filter that refuses what is wrong before it is counted',
    flawed((send) => async (request) => {
      const answer = await send(request)
      return answer.status === 429 && /7|"x"/.test(String(request.body)) ? await refusal(send) : answer
    }),
    /^work: (?:an account makes 120|posts, signatures)/,
  ],
  [
    'an export that breaks off where it should be refused',
    onAnswer((answer) => (answer.status === 429 ? { ...answer, status: 200, text: '' } : answer)),
    /^work: an export too many/,
  ],
  [
    'a proxy that asks again by itself',
    flawed((send) => async (request) => {
      const answer = await send(request)
      return answer.status === 404 && request.path.endsWith('/confirm') ? await send(request) : answer
    }),
    /^work: 20 confirms/,
  ],
  [
    'ids of requests that are lost on the way in',
    onRequest((request) => ({
      ...request,
      headers: request.headers.filter(([name]) => name !== 'x-request-id'),
    })),
    /^request ids: a valid one/,
  ],
  [
    'ids of requests that are lost on the way out',
    onHeaders((headers) => headers.delete('x-request-id')),
    /^(?:accounts: registration signs|request ids: without)/,
  ],
  [
    'one id for all requests',
    onRequest((request) => ({ ...request, headers: [...request.headers, ['x-request-id', 'always']] })),
    /^request ids: without/,
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
    /^request ids: without/,
  ],
  [
    'ids that the log does not know',
    onRequest((request) => ({
      ...request,
      headers: request.headers.map(([name, value]) => [name, name === 'x-request-id' ? `${value}-x` : value]),
    })),
    /^request ids: the log/,
  ],
  [
    'a log full of inputs',
    flawed((send, kith) => (request) => {
      // In a form that the log cannot know for what it is.
      const message = String(request.body).replaceAll(/\W+/g, ' ')
      kith.config.log.warn('proxy.untrusted', { message })
      return send(request)
    }),
    /^accounts: registration/,
  ],
]

describe('each flaw is found', () => {
  test.each(flaws)('%s', async (_flaw, host, caughtBy) => {
    const meant = journeys.filter(({ name }) => caughtBy.test(name))
    expect(meant).not.toEqual([])
    expect(await failures(host, meant)).not.toEqual([])
  })
})

test('the sound host passes', async () => {
  expect(await failures(sound)).toEqual([])
})

test('every journey has a name of its own', () => {
  expect(new Set(journeys.map(({ name }) => name)).size).toBe(journeys.length)
})
