import { guardHeader, type Send, sendByFetch, type WireAnswer, type WireRequest } from '@kith/conformance'
import type { Kith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'
import { createFetchHost } from './fetch-host.ts'
import type { JourneyHost, JourneyServer } from './journey-host.ts'

/** A host without flaws. */
export const sound: JourneyHost = createFetchHost(async () => createMemoryStorage())

/** The sound host with one flaw, in what it passes on or returns. */
export function flawed(
  flaw: (send: Send, kith: Kith) => Send,
  other: Partial<JourneyServer> = {},
): JourneyHost {
  return {
    ...sound,
    async serve(kith, options) {
      const server = await sound.serve(kith, options)
      return { ...server, ...other, send: flaw(server.send, kith) }
    },
  }
}

/** Changes requests. */
export function onRequest(change: (request: WireRequest) => WireRequest): JourneyHost {
  return flawed((send) => (request) => send(change(request)))
}

/** Changes the headers of a request. */
export function onPairs(change: (pairs: WireRequest['headers']) => WireRequest['headers']): JourneyHost {
  return onRequest((request) => ({ ...request, headers: change(request.headers) }))
}

/** Drops headers of a request. */
export function losing(...lost: string[]): JourneyHost {
  return onPairs((pairs) => pairs.filter(([name]) => !lost.includes(name)))
}

/** Changes responses. */
export function onAnswer(
  change: (answer: WireAnswer, request: WireRequest) => WireAnswer | Promise<WireAnswer>,
): JourneyHost {
  return flawed((send) => async (request) => await change(await send(request), request))
}

/** Changes the headers of responses. */
export function onHeaders(change: (headers: Headers) => void): JourneyHost {
  return onAnswer((answer) => {
    change(answer.headers)
    return answer
  })
}

/** Changes the bodies of responses. */
export function onText(from: string | RegExp, to: string): JourneyHost {
  return onAnswer((answer) => ({ ...answer, text: answer.text.replace(from, to) }))
}

/** Changes each cookie. */
export function onCookies(change: (cookie: string) => string): JourneyHost {
  return onHeaders((headers) => {
    const cookies = headers.getSetCookie().map(change)
    headers.delete('set-cookie')
    for (const cookie of cookies) headers.append('set-cookie', cookie)
  })
}

/** Keeps the first response to each path. */
export function caching(paths: RegExp): JourneyHost {
  return flawed((send) => {
    const kept = new Map<string, Promise<WireAnswer>>()
    return async (request) => {
      const key = `${request.method} ${request.path}`
      const answer = kept.get(key) ?? send(request)
      if (paths.test(request.path)) kept.set(key, answer)
      return await answer
    }
  })
}

/** Responds to some requests itself. */
export function answering(answer: (request: WireRequest) => WireAnswer | null): JourneyHost {
  return flawed((send) => async (request) => answer(request) ?? (await send(request)))
}

/** A response that only the host has written. */
export function plain(status: number, text: string = ''): WireAnswer {
  return { status, headers: new Headers(), text }
}

/** Reports live sessions as ended. */
export function forgetful(): JourneyHost {
  return {
    ...sound,
    async makeStorage() {
      const storage = createMemoryStorage()
      const { sessions } = storage
      return { ...storage, sessions: { ...sessions, revoke: async () => true, revokeAll: async () => [] } }
    },
  }
}

/** Passes everything to the Fetch handler, with this IP address for every client. */
export function handling(addressOf: (request: Request) => string): JourneyHost {
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

/** Stops working when a client disconnects. */
export function dying(): JourneyHost {
  return flawed((send) => {
    let alive = true
    return async (request) => {
      if (!alive) throw new Error('the process has ended')
      if (request.abort) alive = false
      return await send(request)
    }
  })
}

/** Opens the source of its response, and does not notice when the client disconnects. */
export function holding(): JourneyHost {
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

/** Keeps the connection of a client that aborted an upload. */
export function keeping(): JourneyHost {
  let kept = 0
  const count = (request: WireRequest): void => void (kept += request.abort ? 1 : 0)
  return flawed((send) => (request) => (count(request), send(request)), { connections: async () => kept })
}
