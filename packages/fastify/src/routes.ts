import { Readable } from 'node:stream'
import { KithError } from '@kith/core'
import type { HostRequest, KithHttp } from '@kith/http'
import { toRequest } from '@kith/http/node'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hostRequest, originOf } from './host-request.ts'
import { send } from './send.ts'

/** Registers the routes of Kith in a scope of their own, whose parsers leave the bodies as they come. */
export function registerRoutes(scope: FastifyInstance, http: KithHttp): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  // What Fastify itself refuses in this scope: a content type that cannot be read.
  scope.setErrorHandler((error, request, reply) =>
    send(reply, http.problem(refusal(error), refused(request, reply)), http.bodyTimeoutSeconds),
  )

  for (const path of http.paths) {
    scope.route({
      // All of them, so that a wrong one is told the right ones.
      method: scope.supportedMethods,
      url: path,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const target = targetOf(request, { mount: scope.prefix, path })
        const answered = await answer(http, { request, reply, target })
        return send(reply, answered, http.bodyTimeoutSeconds)
      },
    })
  }
}

/** Where a request goes, as its request line has it, and as the router of Fastify has read that. */
interface Target {
  target: string
  route: string
}

function targetOf(
  { raw: { url = '' } }: FastifyRequest,
  { mount, path }: { mount: string; path: string },
): Target {
  // By options of the router other spellings lead here too: letter case, doubled slashes, an absolute address.
  return { target: url.startsWith(mount) ? url.slice(mount.length) : url, route: path }
}

interface Asked {
  request: FastifyRequest
  reply: FastifyReply
  target: Target
}

async function answer(http: KithHttp, { request, reply, target }: Asked): Promise<Response> {
  try {
    const body = request.body instanceof Readable ? request.body : request.raw
    return await http.handle(toRequest({ incoming: request.raw, body }), {
      address: request.ip,
      peerAddress: request.socket.remoteAddress,
      ...target,
      ...originOf(request, reply),
    })
  } catch (error) {
    return http.problem(error, refused(request, reply))
  }
}

function refused(request: FastifyRequest, reply: FastifyReply): HostRequest {
  return { ...hostRequest(request, reply), of: 'kith' }
}

function refusal(error: unknown): unknown {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
  if (status === 415) return new KithError('unsupported-media-type', { cause: error })
  return status === 400 ? new KithError('malformed-request', { cause: error }) : error
}
