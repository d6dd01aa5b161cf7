import { z } from 'zod'
import { readAllowedOrigins } from './allowed-origins.ts'

/** What {@link createKithHttp} takes besides a Kith. */
export interface KithHttpOptions {
  /** What every path begins with; an empty text for nothing. @default '/api/v1' */
  prefix?: string | undefined
  /**
   * The origins whose pages may call with cookies and read the answers: one list for both CORS and CSRF. Exact origins
   * such as `https://app.example`. Pages of the same origin as the API need no entry in browsers of 2023 and later.
   * @default none
   */
  allowedOrigins?: readonly string[] | undefined
  /** How the session cookies are set. */
  cookies?: CookieOptions | undefined
  /** The largest request body that is read. @default 65536 @reason The longest caption in the widest letters, escaped, is less; uploads have limits of their own. */
  bodyLimitBytes?: number | undefined
}

/** Options of the session cookies. They are always HTTP-only. */
export interface CookieOptions {
  /** `false` only for development over plain http: it also drops the prefix of the names. @default true */
  secure?: boolean | undefined
  /** `'none'` lets pages of other sites call with cookies, where `allowedOrigins` has them; it needs `secure`. @default 'lax' */
  sameSite?: 'lax' | 'strict' | 'none' | undefined
  /** Shares the cookies with all subdomains of this domain. @default only the host that set them */
  domain?: string | undefined
}

/** The options of one handler, checked, with every default filled in. */
export interface HttpConfig {
  readonly prefix: string
  readonly allowedOrigins: ReadonlySet<string>
  readonly cookies: { secure: boolean; sameSite: 'lax' | 'strict' | 'none'; domain: string | null }
  readonly bodyLimitBytes: number
}

const schema = z.strictObject({
  prefix: z
    .string()
    .regex(/^(?:\/[\w.~-]+)*$/, 'begin it with a slash and end it without one, like /api/v1')
    .optional(),
  allowedOrigins: z.array(z.string()).readonly().optional(),
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
})

/** Reads the options. The caller's object is only read. @throws TypeError for options that cannot work */
export function readHttpOptions(options: KithHttpOptions): HttpConfig {
  const { success, error } = schema.safeParse(options)
  if (!success) throw new TypeError(`createKithHttp: ${z.prettifyError(error)}`)
  const { secure = true, sameSite = 'lax', domain = null } = options.cookies ?? {}
  return Object.freeze({
    prefix: options.prefix ?? '/api/v1',
    allowedOrigins: readAllowedOrigins(options.allowedOrigins ?? []),
    cookies: Object.freeze({ secure, sameSite, domain }),
    bodyLimitBytes: options.bodyLimitBytes ?? 65_536,
  })
}
