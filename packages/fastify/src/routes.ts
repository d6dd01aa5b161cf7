import { KithError } from '@kith/core'
import type { KithRoutes } from '@kith/http'
import type { FastifyInstance } from 'fastify'
import { HostedRequest, hostRequest } from './fastify-request.ts'
import { send } from './send.ts'

/** Registers the routes of Kith in a scope of their own, whose parsers leave the bodies as they come. */
export function registerRoutes(scope: FastifyInstance, http: KithRoutes): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  // What Fastify itself refuses in this scope: a content type that cannot be read.
  scope.setErrorHandler((error, request, reply) =>
    send(
      reply,
      http.problem(refusal(error), { ...hostRequest(request, reply), of: 'kith' }),
      http.bodyTimeoutSeconds,
    ),
  )

  for (const { path, answers } of http.mounts) {
    scope.route({
      // Nearly all of them, so that a wrong one is told the right ones.
      method: scope.supportedMethods.filter(answers),
      url: withinScope(path, scope.prefix),
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        // As its request line has it: by options of the router other spellings lead here too, in other letter case, with
        // doubled slashes, as an absolute address.
        const match = http.find(request.raw.url ?? '', request.method, path)
        // Also to a path that is left out, where the router knows no better one than that of a parameter.
        if (!match) return reply.callNotFound()
        const answer = await http.answer(new HostedRequest(request, reply), match)
        return send(reply, answer, http.bodyTimeoutSeconds)
      },
    })
  }
}

/**
 * Refuses spellings of paths of Kith before the router's own reading of them counts: the app's route in place of one that is
 * left out would run past a rule on its path.
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

/** Fastify puts the prefix of the scope before every route, and the prefix of Kith has it already. */
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
