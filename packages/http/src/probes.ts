import type { Kith } from '@kith/core'
import { type HttpAnswer, jsonAnswer } from './http-answer.ts'

/** How a probe answers. */
export interface ProbeOptions {
  /**
   * Whether the response says more than its status: for routes that only operators reach. Details name no host, path or
   * password, but they say which parts there are and how busy they are. @default false
   */
  details?: boolean | undefined
}

/** Whether this process goes on answering: always 200, whatever else is down. */
export function answerHealth(kith: Pick<Kith, 'health'>, { details = false }: ProbeOptions = {}): HttpAnswer {
  const health = kith.health()
  return jsonAnswer(200, details ? { status: 'ok', ...health } : { status: 'ok' })
}

/** Whether it can do its work: 200 or 503. */
export async function answerReady(
  kith: Pick<Kith, 'ready'>,
  { details = false }: ProbeOptions = {},
): Promise<HttpAnswer> {
  const { ok, parts } = await kith.ready()
  const status = ok ? 'ok' : 'unavailable'
  return jsonAnswer(ok ? 200 : 503, details ? { status, parts } : { status })
}
