import type { Attributes, Telemetry } from '@kith/core/ports'
import type { RequestRecord } from './request-record.ts'

/** The methods that have a name; anything else that a client may send is one. */
const known: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Records each request by its route, its status and its code: nothing of it has more values than the table of routes. */
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
