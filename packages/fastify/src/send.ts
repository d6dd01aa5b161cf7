import { bodyOf, endLate } from '@kith/http/node'
import type { FastifyReply } from 'fastify'

/** Sends a Fetch response. What the host has set before stays. */
export function send(reply: FastifyReply, response: Response, bodyTimeoutSeconds: number): FastifyReply {
  endLate(reply.raw, bodyTimeoutSeconds)
  const vary = reply.getHeader('vary')
  // Fastify would replace this header, while it adds up cookies by itself.
  if (vary !== undefined) response.headers.append('vary', String(vary))
  // HTTP/2 has no such header.
  if (reply.request.raw.httpVersionMajor >= 2) response.headers.delete('connection')
  for (const [name, value] of response.headers) reply.header(name, value)
  reply.code(response.status)
  // Not the response itself: Fastify hears of no end where a client left before the answer.
  return reply.send(bodyOf(response, reply.raw) ?? undefined)
}
