import type { Log } from '@kith/core/adapter'
import type { HttpRequest } from './http-request.ts'

/**
 * Creates the notice, logged once, that the app seems to run behind a proxy that it does not trust, or that it passes
 * Kith no client IP address: then all clients share their limits, so that a few failed sign-ins of one lock everybody
 * out.
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
  'address and its limits. If the app runs behind your own proxy, configure how many there are, `app.set("trust proxy", 1)` in Express, ' +
  "or which address it has, `trustProxy: '10.0.0.1'` in Fastify, which ignores a number; never `true`, with which clients choose " +
  'their address. Without a proxy, ignore this: the client forged the header.'

const noAddress =
  'A request came with `x-forwarded-for` and without the IP address of its client, so all clients share their limits. Pass ' +
  '`http.handle(request, { address })` the address that your proxy or your server has seen, never one that a client can choose.'
