import { KithError } from '@kith/core'
import type { KithRoutes } from '@kith/http'
import type { FastifyInstance } from 'fastify'
import { HostedRequest, hostRequest } from './fastify-request.ts'
import { send } from './send.ts'

/** Registers the routes of Kith in a separate scope, whose parsers leave the bodies untouched. */
export function registerRoutes(scope: FastifyInstance, http: KithRoutes): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  // What Fastify itself refuses in this scope: an unreadable content type.
  scope.setErrorHandler((error, request, reply) =>
    send(
      reply,
      http.problem(refusal(error), { ...hostRequest(request, reply), of: 'kith' }),
      http.bodyTimeoutSeconds,
    ),
  )

  for (const { path, answers } of http.mounts) {
    scope.route({
      // Nearly all of them, so that the response to a wrong one lists the right ones.
      method: scope.supportedMethods.filter(answers),
      url: withinScope(path, scope.prefix),
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        // As on the request line: with router options, other spellings lead here too, in other letter case, with
        // doubled slashes, as an absolute URL.
        const match = http.find(request.raw.url ?? '', request.method, path)
        // Even to a disabled path, if the router has no better match than a parameter.
        if (!match) return reply.callNotFound()
        const answer = await http.answer(new HostedRequest(request, reply), match)
        return send(reply, answer, http.bodyTimeoutSeconds)
      },
    })
  }
}

/**
 * Refuses ambiguous spellings of Kith's paths before the router interprets them: the app's replacement of a disabled
 * route would bypass a rule on its path.
 */
export function refuseAmbiguous(app: FastifyInstance, http: KithRoutes): void {
  app.addHook('onRequest', (request, reply, done) => {
    const match = http.find(request.raw.url ?? '', request.method)
    if (match?.kind !== 'ambiguous') return done()
    void http
      .answer(new HostedRequest(request, reply), match)
      .then((answer) => send(reply, answer, http.bodyTimeoutSeconds))
  })
}

/** Fastify adds the prefix of the scope to every route, and the prefix of Kith already includes it. */
function withinScope(path: string, scopePrefix: string): string {
  if (path.startsWith(`${scopePrefix}/`)) return path.slice(scopePrefix.length)
  throw new TypeError(
    `kithFastify: it is registered under ${scopePrefix}, which the prefix of createKith does not begin with: add it there, or register the plugin outside`,
  )
}

function refusal(error: unknown): unknown {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
  if (status === 415) return new KithError('unsupported-media-type', { cause: error })
  return status === 400 ? new KithError('malformed-request', { cause: error }) : error
}
