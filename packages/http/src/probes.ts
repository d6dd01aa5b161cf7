import type { Kith } from '@kith/core'
import { type HttpAnswer, jsonAnswer } from './http-answer.ts'

/** The options of a probe. */
export interface ProbeOptions {
  /**
   * Whether the response contains details: for routes that only operators can reach. Details contain no host, path or
   * password, but reveal which parts exist and how busy they are. @default false
   */
  details?: boolean | undefined
}

/** A liveness probe: always 200, whatever else is down. */
export function answerHealth(kith: Pick<Kith, 'health'>, { details = false }: ProbeOptions = {}): HttpAnswer {
  const health = kith.health()
  return jsonAnswer(200, details ? { status: 'ok', ...health } : { status: 'ok' })
}

/** A readiness probe: 200 or 503. */
export async function answerReady(
  kith: Pick<Kith, 'ready'>,
  { details = false }: ProbeOptions = {},
): Promise<HttpAnswer> {
  const { ok, parts } = await kith.ready()
  const status = ok ? 'ok' : 'unavailable'
  return jsonAnswer(ok ? 200 : 503, details ? { status, parts } : { status })
}
