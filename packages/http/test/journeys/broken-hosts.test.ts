import { hostCases } from '@kith/conformance'
import { describe, expect, test } from 'vitest'
import {
  answering,
  caching,
  dying,
  flawed,
  forgetful,
  handling,
  holding,
  keeping,
  losing,
  onAnswer,
  onCookies,
  onHeaders,
  onPairs,
  onRequest,
  onText,
  plain,
  sound,
} from './broken-hosts.ts'
import { runJourney } from './journey.ts'
import type { JourneyHost } from './journey-host.ts'
import { journeys } from './journeys.ts'

/** Everything that tests a host. */
const checks: readonly { id: string; run(host: JourneyHost): Promise<void> }[] = [
  ...hostCases,
  ...journeys.map((journey) => ({ id: journey.id, run: (host: JourneyHost) => runJourney(journey, host) })),
]

const address = '192.0.2.1'

const flaws: Record<string, [host: JourneyHost, ...fails: string[]]> = {
  // These two take the longest, so they start first.
  'open files after readers disconnected': [holding(), 'host/leaving', 'leaving/stalled-reader'],
  'open connections of aborted uploads': [keeping(), 'leaving/aborted-uploads'],
  'cookies that scripts can read': [onCookies((cookie) => cookie.replace('; HttpOnly', '')), 'host/cookies'],
  'cookies that are sent over plain http': [
    onCookies((cookie) => cookie.replace('; Secure', '')),
    'host/cookies',
  ],
  'cookies that outlive their session': [
    onCookies((cookie) => cookie.replace(/Max-Age=[1-9]\d*/, 'Max-Age=99999999')),
    'session/logout-expired',
  ],
  'cookies that are joined into one header': [
    onHeaders((headers) => void headers.set('set-cookie', headers.getSetCookie().join(', '))),
    'host/cookies',
  ],
  'every page treated as same-origin': [
    onPairs((pairs) => [
      ['sec-fetch-site', 'same-origin'],
      ...pairs.filter(([name]) => name !== 'sec-fetch-site'),
    ]),
    'origin/sign-in',
  ],
  'dropped origin headers': [losing('origin', 'sec-fetch-site'), 'origin/cookies'],
  'CORS for everyone': [
    onHeaders((headers) => void headers.set('access-control-allow-origin', '*')),
    'origin/cors',
    'host/preflight',
  ],
  'preflights that the host responds to': [
    answering(({ method }) => (method === 'OPTIONS' ? plain(204) : null)),
    'host/preflight',
    'host/methods',
  ],
  'HEAD requests that the host responds to': [
    answering(({ method }) => (method === 'HEAD' ? plain(200) : null)),
    'host/head',
  ],
  'a page of the host for every unknown path': [
    onAnswer((answer) => (answer.status === 404 ? plain(200, '<!doctype html>') : answer)),
    'host/others',
  ],
  'responses that caches may mix up': [onHeaders((headers) => headers.delete('vary')), 'host/problems'],
  'limits without a time to wait': [onHeaders((headers) => headers.delete('retry-after')), 'limit/lockout'],
  'a response with an additional field': [
    onText('"bio":', '"passwordHash":"x","bio":'),
    'account/edit-profile',
  ],
  'problems as plain JSON': [
    onHeaders((headers) => {
      if (headers.get('content-type')?.includes('problem')) headers.set('content-type', 'application/json')
    }),
    'host/problems',
    'guard/private',
  ],
  'tokens that a proxy drops': [losing('authorization'), 'host/bearer'],
  'IP addresses that clients choose': [
    handling((request) => request.headers.get('x-forwarded-for') ?? address),
    'host/address',
  ],
  'targets that are parsed as a URL only for Kith': [handling(() => address), 'host/guard'],
  'a route of the host that matches any letter case': [
    flawed((send) => async (request) => {
      const answer = await send(request)
      const isMeant = answer.status === 400 && request.path === '/API/V1/users/register'
      return isMeant ? plain(200, '{"own":true}') : answer
    }),
    'host/left-out',
  ],
  'bodies cut at the limit': [
    onRequest((request) => ({ ...request, body: request.body?.slice(0, 60_000) })),
    'host/too-large',
  ],
  'bodies only for POST': [
    onRequest((request) => (request.method === 'DELETE' ? { ...request, body: undefined } : request)),
    'host/json',
  ],
  'bodies that are decoded as text': [
    onRequest(({ body, ...request }) => ({ ...request, body: body && Buffer.from(body).toString() })),
    'host/form',
  ],
  'bodies that are buffered completely': [
    answering(({ announced }) => (announced === undefined ? null : plain(408))),
    'host/streaming',
  ],
  'a host that stops when a client disconnects': [dying(), 'host/abort'],
  'ranges that look like whole files': [
    onAnswer((answer) => ({ ...answer, status: answer.status === 206 ? 200 : answer.status })),
    'host/ranges',
  ],
  'redirects without a URL': [onHeaders((headers) => headers.delete('location')), 'direct/upload'],
  'signed URLs that shared caches may store': [
    onHeaders((headers) => {
      if (headers.has('location')) headers.set('cache-control', 'public, max-age=31536000, immutable')
    }),
    'direct/upload',
  ],
  'a dropped Accept header for AVIF': [losing('accept'), 'rendition/format'],
  'a cache in front of the files that never revalidates': [
    caching(/\/media\/files\//),
    'rendition/format',
    'work/banned-files',
    'work/banned-redirects',
  ],
  'responses that caches may confuse with another format': [
    onHeaders((headers) => void headers.set('vary', (headers.get('vary') ?? '').replace('Accept', 'X'))),
    'rendition/caches',
  ],
  'one tag for both formats': [
    onHeaders((headers) => {
      const tag = headers.get('etag')?.replace(/-(webp|avif)"/, '"')
      if (tag !== undefined) headers.set('etag', tag)
    }),
    'rendition/caches',
  ],
  'unlimited concurrent uploads': [
    { ...sound, serve: (kith, options) => sound.serve(kith, { ...options, uploads: { perAccount: 100 } }) },
    'pace/concurrent-uploads',
  ],
  'hints for the operator in a response': [
    onText('"detail":"The storage failed."', '"detail":"Run migrate() first."'),
    'protocol/operator-hint',
  ],
  'an interrupted response that looks complete': [
    flawed((send) => (request) => send(request).catch(() => plain(200, '{}'))),
    'protocol/broken-off',
  ],
  'sessions that only seem to end': [forgetful(), 'session/logout-bearer'],
  'a role that is checked only once': [caching(/^\/host\/desk/), 'guard/roles'],
  'a filter that refuses invalid input before it is counted': [
    onAnswer((answer, { body }) =>
      answer.status === 429 && /7|"x"/.test(String(body)) ? plain(422, '{}') : answer,
    ),
    'work/changes',
    'work/invalid-counts',
  ],
  'an export that is interrupted instead of refused': [
    onAnswer((answer) => (answer.status === 429 ? { ...answer, status: 200, text: '' } : answer)),
    'work/exports',
  ],
  'a proxy that repeats requests': [
    flawed((send) => async (request) => {
      const answer = await send(request)
      return answer.status === 404 && request.path.endsWith('/confirm') ? await send(request) : answer
    }),
    'work/confirms',
  ],
  'dropped language headers': [losing('accept-language'), 'code/registration'],
  'dropped ids of incoming requests': [losing('x-request-id'), 'request-id/kept'],
  'dropped ids in responses': [
    onHeaders((headers) => headers.delete('x-request-id')),
    'host/problems',
    'request-id/made',
  ],
  'one id for all requests': [onPairs((pairs) => [...pairs, ['x-request-id', 'always']]), 'request-id/made'],
  'any string as an id': [
    onAnswer((answer, { headers }) => {
      const sent = headers.find(([name]) => name === 'x-request-id')?.[1]
      if (sent === undefined) return answer
      answer.headers.set('x-request-id', sent)
      const field = `"requestId":${JSON.stringify(sent)}`
      return { ...answer, text: answer.text.replace(/"requestId":"[^"]*"/, field) }
    }),
    'request-id/made',
  ],
  'ids that are missing in the log': [
    onPairs((pairs) => pairs.map(([name, value]) => [name, name === 'x-request-id' ? `${value}-x` : value])),
    'request-id/logged',
  ],
  'a log full of inputs': [
    flawed((send, kith) => (request) => {
      // In a form that the log cannot recognize.
      const message = String(request.body).replaceAll(/\W+/g, ' ')
      kith.config.log.warn('proxy.untrusted', { message })
      return send(request)
    }),
    'account/edit-profile',
  ],
}

/** The checks that fail on this host. */
async function failures(host: JourneyHost, among: typeof checks): Promise<string[]> {
  const runs = await Promise.allSettled(among.map(({ run }) => run(host)))
  return among.flatMap(({ id }, index) => (runs[index]?.status === 'rejected' ? [id] : []))
}

describe('each flaw is found', () => {
  test.concurrent.each(Object.entries(flaws))('%s', async (_flaw, [host, ...fails]) => {
    const meant = checks.filter(({ id }) => fails.includes(id))
    expect(meant).toHaveLength(fails.length)
    expect(await failures(host, meant)).toEqual(meant.map(({ id }) => id))
  })
})

test('each case of the kit fails at a broken host', () => {
  const found = Object.values(flaws).flatMap(([, ...fails]) => fails)
  expect(hostCases.map(({ id }) => id).filter((id) => !found.includes(id))).toEqual([])
})

test('the sound host passes', async () => {
  expect(await failures(sound, checks)).toEqual([])
})

test('every check has a unique id', () => {
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length)
})
