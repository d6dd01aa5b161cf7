import type { Log } from '@kith/core/adapter'
import type { HttpRequest } from './http-request.ts'

/**
 * Creates what says once that a proxy seems to stand in front which the host does not trust: then all clients have the
 * proxy's address and share their limits, so that a few failed sign-ins of one keep everybody out.
 */
export function createProxyNotice(log: Log): (request: HttpRequest) => void {
  let said = false
  return (request) => {
    if (said || request.headers.get('x-forwarded-for') === null) return
    const { address, peerAddress } = request
    if (peerAddress === undefined || address !== peerAddress) return
    said = true
    log.warn('proxy.untrusted', { message: untrustedProxy })
  }
}

const untrustedProxy =
  'A request came with `x-forwarded-for`, which this app does not trust, so all clients behind that proxy share one IP ' +
  'address and its limits. If a proxy of yours stands in front, set how many there are: `app.set("trust proxy", 1)` in ' +
  'Express, `trustProxy: 1` in Fastify; never `true`, with which clients choose their address. Without a proxy, ignore ' +
  'this: the client made the header up.'
