import { optionError } from '@kith/core/adapter'
import * as z from 'zod'
import { readAllowedOrigins } from './allowed-origins.ts'
import type { HostViewer } from './host-viewer.ts'
import type { OperationId, RouteSwitches } from './operation-ids.ts'
import type { RequestRecord } from './request-record.ts'
import { readSelection } from './selected-routes.ts'

/** The options of {@link createKithHttp} besides a Kith. */
export interface KithHttpOptions<Host = unknown> {
  /**
   * The origins whose pages may send cookies and read the responses: one list for both CORS and CSRF. Exact origins
   * such as `https://app.example`. Pages of the same origin as the API need no entry in browsers of 2023 and later.
   * @default none
   */
  allowedOrigins?: readonly string[] | undefined
  /**
   * Connects your app's own sign-in: returns the id of the calling account, or `null` for a guest. The routes about
   * passwords, tokens, sessions and codes are not mounted then. See docs/own-auth.md.
   * @default the sessions of Kith
   */
  viewer?: HostViewer<Host> | undefined
  /**
   * Disables routes, by operation id: `{ register: false }`. Requests to them go on to the app, which can have its own
   * routes there.
   * @default all that are configured
   */
  routes?: RouteSwitches | undefined
  /**
   * Instead of `routes`: the operation ids of the routes to enable; all others are disabled. @default all that are
   * configured
   */
  only?: readonly OperationId[] | undefined
  /** How the session cookies are set. */
  cookies?: CookieOptions | undefined
  /**
   * The maximum size of a request body. @default 65536 @reason The longest caption in the widest letters, escaped, is
   * less; uploads have separate limits.
   */
  bodyLimitBytes?: number | undefined
  /**
   * How long a client may take to send a JSON body, and the rest of any body whose response was sent before its end; a
   * client that reads nothing of a response for twice as long is disconnected. @default 30 @reason 64 KiB take seconds
   * on a bad mobile network; a stalled body holds its connection no longer.
   */
  bodyTimeoutSeconds?: number | undefined
  /** How `POST /media` accepts files. */
  uploads?: UploadLimits | undefined
  /** Called when a request of Kith has ended: for metrics, or your own log. @default none */
  onRequest?: ((record: RequestRecord) => void) | undefined
}

/** Limits for files that pass through this server, per server process. */
export interface UploadLimits {
  /**
   * How many files one account may send at the same time. @default 4 @reason Ten files of a post take three rounds;
   * more at the same time is a flood of slow uploads by one account.
   */
  perAccount?: number | undefined
  /**
   * The minimum average rate of an upload, in bytes per second. @default 16384 @reason Below a bad mobile network; a
   * slower sender holds a file and a place for nothing.
   */
  minBytesPerSecond?: number | undefined
  /** How long an upload may fall behind that rate. @default 10 @reason Mobile networks pause when they change cells. */
  graceSeconds?: number | undefined
}

/** Options of the session cookies. They are always HttpOnly. */
export interface CookieOptions {
  /** `false` only for development over plain http: it also drops the prefix of the names. @default true */
  secure?: boolean | undefined
  /**
   * `'none'` lets pages of other sites send cookies, if `allowedOrigins` has them; requires `secure`. @default 'lax'
   */
  sameSite?: 'lax' | 'strict' | 'none' | undefined
  /**
   * Shares the cookies with all subdomains of this domain. Each of these hosts can then set cookies with the same
   * names, so all of them have to be trusted: if two with one name and different values arrive, neither counts, and
   * both are removed.
   * @default only the host that set them
   */
  domain?: string | undefined
}

/** The validated options of one handler, with every default filled in. */
export interface HttpConfig {
  readonly allowedOrigins: ReadonlySet<string>
  readonly viewer: HostViewer<never> | null
  /** The enabled routes. */
  readonly wanted: ReadonlySet<OperationId>
  readonly cookies: { secure: boolean; sameSite: 'lax' | 'strict' | 'none'; domain: string | null }
  readonly bodyLimitBytes: number
  readonly bodyTimeoutSeconds: number
  readonly onRequest: ((record: RequestRecord) => void) | null
  readonly uploads: Readonly<{ perAccount: number; minBytesPerSecond: number; graceSeconds: number }>
}

// The maximum of a Node timer.
const seconds = z.number().positive().max(2_000_000)

const schema = z.strictObject({
  allowedOrigins: z.array(z.string()).readonly().optional(),
  viewer: z.function().optional(),
  routes: z.record(z.string(), z.boolean().optional()).optional(),
  only: z.array(z.string()).readonly().optional(),
  cookies: z
    .strictObject({
      secure: z.boolean().optional(),
      sameSite: z.enum(['lax', 'strict', 'none']).optional(),
      domain: z
        .string()
        .regex(
          /^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/i,
          'give a bare domain, like example.com, without a leading dot or a port',
        )
        .optional(),
    })
    .refine(({ secure, sameSite }) => sameSite !== 'none' || secure !== false, {
      error: "browsers refuse sameSite: 'none' without secure",
      path: ['sameSite'],
    })
    .optional(),
  bodyLimitBytes: z.number().int().min(1024).optional(),
  bodyTimeoutSeconds: seconds.optional(),
  uploads: z
    .strictObject({
      perAccount: z.number().int().min(1).optional(),
      minBytesPerSecond: z.number().int().min(1).optional(),
      graceSeconds: seconds.optional(),
    })
    .optional(),
  onRequest: z.function().optional(),
})

/** Parses the options; never writes to the caller's object. @throws TypeError for invalid options */
export function readHttpOptions<Host>(options: KithHttpOptions<Host>): HttpConfig {
  if (Object.hasOwn(Object(options) as object, 'prefix'))
    throw new TypeError('createKithHttp: prefix: pass it to createKith, whose media URLs begin with it')
  const { success, error } = schema.safeParse(options)
  if (!success) throw optionError('createKithHttp', error)
  const { perAccount = 4, minBytesPerSecond = 16_384, graceSeconds = 10 } = options.uploads ?? {}
  const { secure = true, sameSite = 'lax', domain = null } = options.cookies ?? {}
  return Object.freeze({
    allowedOrigins: readAllowedOrigins(options.allowedOrigins ?? []),
    viewer: options.viewer ?? null,
    wanted: readSelection({ ...options, ownSignIn: options.viewer !== undefined }),
    cookies: Object.freeze({ secure, sameSite, domain }),
    bodyLimitBytes: options.bodyLimitBytes ?? 65_536,
    bodyTimeoutSeconds: options.bodyTimeoutSeconds ?? 30,
    onRequest: options.onRequest ?? null,
    uploads: Object.freeze({ perAccount, minBytesPerSecond, graceSeconds }),
  })
}
