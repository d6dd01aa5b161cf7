import type { FastifyReply } from 'fastify'

/** Sends a Fetch response. What the host has set before stays. */
export function send(reply: FastifyReply, response: Response): FastifyReply {
  const vary = reply.getHeader('vary')
  // Fastify would replace this header, while it adds up cookies by itself.
  if (vary !== undefined) response.headers.append('vary', String(vary))
  return reply.send(response)
}
