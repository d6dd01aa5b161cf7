import { Readable } from 'node:stream'
import type { HttpAnswer } from '@kith/http'
import { addToVary, endLate, endWithClient } from '@kith/http/node'
import type { FastifyReply } from 'fastify'

const asItIs = (body: unknown): string => String(body)

/** Sends a response. Headers that the host has set stay. */
export function send(
  reply: FastifyReply,
  { status, headers, body }: HttpAnswer,
  bodyTimeoutSeconds: number,
): FastifyReply {
  keepVary(reply, headers)
  // HTTP/2 has no such header.
  if (reply.request.raw.httpVersionMajor >= 2) delete headers['connection']
  reply.code(status).headers(headers)
  if (body instanceof Readable) endWithClient(body, reply.raw)
  // A string is written together with its head, unlike bytes; without a serializer Fastify would add a charset to its
  // type.
  if (typeof body === 'string') reply.serializer(asItIs)
  reply.send(body ?? undefined)
  endLate(reply.raw, bodyTimeoutSeconds)
  return reply
}

/** Adds what the host has set before: Fastify would replace this header, while it appends cookies itself. */
export function keepVary(reply: FastifyReply, headers: HttpAnswer['headers']): void {
  const vary = reply.getHeader('vary')
  if (vary !== undefined) headers['vary'] = addToVary(headers['vary'], String(vary))
}
