import type { Kith } from '@kith/core'
import { createKithHttp, type KithHttp, type KithHttpOptions } from '@kith/http'
import { headOf, sendResponse, toRequest } from '@kith/http/node'
import type { Request, RequestHandler } from 'express'

/** Kith for an Express app. */
export interface KithExpress {
  /** All routes of Kith: `app.use(routes)`. Any other path goes on to the next handler untouched. */
  routes: RequestHandler
  /** Lets only those pass who are signed in, and sets `request.viewer`; others get a problem. */
  requireViewer: RequestHandler
  /** Lets everyone pass, and sets `request.viewer`: `null` for a guest. */
  readViewer: RequestHandler
}

/** Creates the routes and guards of a Kith. @throws TypeError for options that cannot work */
export function kithExpress(kith: Kith, options?: KithHttpOptions): KithExpress {
  const http = createKithHttp(kith, options)
  return {
    routes: (request, response, next) => {
      if (!http.owns(request.path)) return next()
      return answer(http, request).then((answered) => sendResponse(answered, response))
    },
    requireViewer: guard(http, 'requireViewer'),
    readViewer: guard(http, 'readViewer'),
  }
}

async function answer(http: KithHttp, request: Request): Promise<Response> {
  try {
    const parsedBody: unknown = request.body
    const body = parsedBody === undefined ? request : null
    return await http.handle(toRequest({ incoming: request, url: request.url, body }), {
      address: request.ip,
      parsedBody,
    })
  } catch (error) {
    return http.problem(error, request.path, headOf(request))
  }
}

function guard(http: KithHttp, check: 'requireViewer' | 'readViewer'): RequestHandler {
  return async (request, response, next) => {
    try {
      request.viewer = await http[check](headOf(request))
    } catch (error) {
      await sendResponse(http.problem(error, check), response)
      return
    }
    next()
  }
}
