import type { Kith } from '@kith/core'

/** How a probe answers. */
export interface ProbeOptions {
  /**
   * Whether the answer says more than its status: for routes that only operators reach. Details name no host, path or
   * password, but they say which parts there are and how busy they are. @default false
   */
  details?: boolean | undefined
}

/** Whether this process goes on answering: always 200, whatever else is down. */
export function answerHealth(kith: Pick<Kith, 'health'>, { details = false }: ProbeOptions = {}): Response {
  const health = kith.health()
  return toProbeResponse(200, details ? { status: 'ok', ...health } : { status: 'ok' })
}

/** Whether it can do its work: 200 or 503. */
export async function answerReady(
  kith: Pick<Kith, 'ready'>,
  { details = false }: ProbeOptions = {},
): Promise<Response> {
  const { ok, parts } = await kith.ready()
  const status = ok ? 'ok' : 'unavailable'
  return toProbeResponse(ok ? 200 : 503, details ? { status, parts } : { status })
}

function toProbeResponse(status: number, body: object): Response {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  return new Response(JSON.stringify(body), { status, headers })
}
