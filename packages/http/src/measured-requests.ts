import type { Attributes, Telemetry } from '@kith/core/ports'
import type { RequestRecord } from './request-record.ts'

/** The named methods; anything else that a client may send counts as one. */
const known: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Records each request by its route, status and code: no attribute has more values than the route table. */
export function measureRequests(telemetry: Telemetry): (record: RequestRecord) => void {
  return ({ method, route, of, status, code, seconds }) => {
    const attributes: Attributes = {
      'http.request.method': known.has(method) ? method : '_OTHER',
      'http.route': route ?? 'none',
      'http.response.status_code': status,
      'kith.of': of,
    }
    telemetry.record(
      'kith.request.duration',
      seconds,
      code === null ? attributes : { ...attributes, 'error.type': code },
    )
  }
}
