import { optionError } from '@kith/core/adapter'
import * as z from 'zod'
import { readAllowedOrigins } from './allowed-origins.ts'
import type { HostViewer } from './host-viewer.ts'
import type { OperationId, RouteSwitches } from './operation-ids.ts'
import type { RequestRecord } from './request-record.ts'
import { readSelection } from './selected-routes.ts'

/** What {@link createKithHttp} takes besides a Kith. */
export interface KithHttpOptions<Host = unknown> {
  /**
   * The origins whose pages may call with cookies and read the responses: one list for both CORS and CSRF. Exact origins
   * such as `https://app.example`. Pages of the same origin as the API need no entry in browsers of 2023 and later.
   * @default none
   */
  allowedOrigins?: readonly string[] | undefined
  /**
   * Brings the sign-in of your app: says which account asks, by its id, or `null` for a guest. The routes about passwords, tokens,
   * sessions and codes are not mounted then. See docs/own-auth.md.
   * @default the sessions of Kith
   */
  viewer?: HostViewer<Host> | undefined
  /**
   * Leaves routes out, by operation id: `{ register: false }`. Requests to them go on to the app, which can have routes of
   * its own there.
   * @default all that are configured
   */
  routes?: RouteSwitches | undefined
  /** In place of `routes`: the operation ids of the routes that are wanted, of which all others are left out. @default all that are configured */
  only?: readonly OperationId[] | undefined
  /** How the session cookies are set. */
  cookies?: CookieOptions | undefined
  /** The largest request body that is read. @default 65536 @reason The longest caption in the widest letters, escaped, is less; uploads have limits of their own. */
  bodyLimitBytes?: number | undefined
  /** How long a client may take to send a JSON body, and the rest of any body whose response was sent before its end; a client that takes nothing of a response for twice as long is left. @default 30 @reason 64 KiB take seconds on a bad mobile network; a body that stops holds its connection no longer. */
  bodyTimeoutSeconds?: number | undefined
  /** How files are taken by `POST /media`. */
  uploads?: UploadLimits | undefined
  /** Hears of each request of Kith when it has ended: for metrics, or a log of your own. @default nobody */
  onRequest?: ((record: RequestRecord) => void) | undefined
}

/** Limits of the files that come through this server, for each server process. */
export interface UploadLimits {
  /** How many one account may send at the same time. @default 4 @reason Ten files of a post go in three turns; more at the same time is a flood of slow uploads by one account. */
  perAccount?: number | undefined
  /** The least rate of an upload on average, in bytes a second. @default 16384 @reason Below a bad mobile network; a slower sender holds a file and a place for nothing. */
  minBytesPerSecond?: number | undefined
  /** How long an upload may fall behind that rate. @default 10 @reason Mobile networks pause when they change cells. */
  graceSeconds?: number | undefined
}

/** Options of the session cookies. They are always HTTP-only. */
export interface CookieOptions {
  /** `false` only for development over plain http: it also drops the prefix of the names. @default true */
  secure?: boolean | undefined
  /** `'none'` lets pages of other sites call with cookies, where `allowedOrigins` has them; it needs `secure`. @default 'lax' */
  sameSite?: 'lax' | 'strict' | 'none' | undefined
  /**
   * Shares the cookies with all subdomains of this domain. Each of these hosts can then set cookies of the same names, so
   * all of them have to be trusted: where two of one name and of different values come, neither counts, and both are removed.
   * @default only the host that set them
   */
  domain?: string | undefined
}

/** The options of one handler, checked, with every default filled in. */
export interface HttpConfig {
  readonly allowedOrigins: ReadonlySet<string>
  readonly viewer: HostViewer<never> | null
  /** The routes that are wanted. */
  readonly wanted: ReadonlySet<OperationId>
  readonly cookies: { secure: boolean; sameSite: 'lax' | 'strict' | 'none'; domain: string | null }
  readonly bodyLimitBytes: number
  readonly bodyTimeoutSeconds: number
  readonly onRequest: ((record: RequestRecord) => void) | null
  readonly uploads: Readonly<{ perAccount: number; minBytesPerSecond: number; graceSeconds: number }>
}

// As long as a timer of Node can be.
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

/** Reads the options. The caller's object is only read. @throws TypeError for options that cannot work */
export function readHttpOptions<Host>(options: KithHttpOptions<Host>): HttpConfig {
  if (Object.hasOwn(Object(options) as object, 'prefix'))
    throw new TypeError('createKithHttp: prefix: give it to createKith, whose URLs of media begin with it')
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
