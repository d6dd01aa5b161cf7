import type { KithHttp } from '@kith/http'
import type { Context, MiddlewareHandler } from 'hono'

/**
 * Kith in front of your own routes, and the CORS headers for those: `app.use(kithInHono(http, addressOf))`. `addressOf` returns the IP address of the
 * client, such as `(context) => getConnInfo(context).remote.address` without a proxy in front.
 */
export function kithInHono(
  http: KithHttp,
  addressOf: (context: Context) => string | undefined,
): MiddlewareHandler {
  return async (context, next) => {
    const request = context.req.raw
    if (http.owns(request)) return await http.handle(request, { address: addressOf(context) })
    const preflight = http.preflight(request)
    if (preflight) return preflight
    await next()
    for (const [name, value] of Object.entries(http.corsHeaders(request)))
      context.header(name, value, { append: name === 'vary' })
  }
}
