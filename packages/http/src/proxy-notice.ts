import type { Log } from '@kith/core/adapter'
import type { HttpRequest } from './http-request.ts'

/**
 * Creates what says once that a proxy seems to stand in front and that the host does not trust it, or does not give Kith the address of the
 * client: then all clients share their limits, so that a few failed sign-ins of one keep everybody out.
 */
export function createProxyNotice(log: Log): (request: HttpRequest) => void {
  let said = false
  return ({ headers, address, peerAddress }) => {
    if (said || headers.get('x-forwarded-for') === null) return
    const isUntrusted = address !== undefined && address === peerAddress
    if (address !== undefined && !isUntrusted) return
    said = true
    log.warn('proxy.untrusted', { message: isUntrusted ? untrustedProxy : noAddress })
  }
}

const untrustedProxy =
  'A request came with `x-forwarded-for`, which this app does not trust, so all clients behind that proxy share one IP ' +
  'address and its limits. If a proxy of yours stands in front, say how many there are, `app.set("trust proxy", 1)` in Express, ' +
  "or which address it has, `trustProxy: '10.0.0.1'` in Fastify, which ignores a number; never `true`, with which clients choose " +
  'their address. Without a proxy, ignore this: the client made the header up.'

const noAddress =
  'A request came with `x-forwarded-for` and without an address of its client, so all clients share their limits. Give ' +
  '`http.handle(request, { address })` the address that your proxy or your server has seen, never what a client can choose.'
