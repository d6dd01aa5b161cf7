import { endLate } from '@kith/http/node'
import type { FastifyReply } from 'fastify'

/** Sends a Fetch response. What the host has set before stays. */
export function send(reply: FastifyReply, response: Response, bodyTimeoutSeconds: number): FastifyReply {
  endLate(reply.raw, bodyTimeoutSeconds)
  const vary = reply.getHeader('vary')
  // Fastify would replace this header, while it adds up cookies by itself.
  if (vary !== undefined) response.headers.append('vary', String(vary))
  // HTTP/2 has no such header.
  if (reply.request.raw.httpVersionMajor >= 2) response.headers.delete('connection')
  return reply.send(response)
}
