import type { ErrorCode } from '@kith/core'

/** How people sign in, and the errors for those who have not. */
export interface SignInDescription {
  /** The security schemes of OpenAPI, by name. */
  schemes: Readonly<Record<string, unknown>>
  /** The problems of routes that require a sign-in, */
  viewer: readonly ErrorCode[]
  /** and of those that guests may call too. */
  guest: readonly ErrorCode[]
}

/** With tokens of Kith, in this cookie or the `Authorization` header. */
export function signInOfKith(accessCookie: string): SignInDescription {
  const tokens: ErrorCode[] = ['access-token-invalid', 'access-token-expired', 'session-revoked']
  return {
    schemes: {
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      cookie: { type: 'apiKey', in: 'cookie', name: accessCookie },
    },
    viewer: ['unauthenticated', ...tokens],
    guest: tokens,
  }
}

/** With the app's own sign-in. */
export const signInOfHost: SignInDescription = {
  schemes: {
    app: {
      type: 'apiKey',
      in: 'header',
      name: 'Cookie',
      description: 'The sign-in of the app: its session cookie, or whatever it uses.',
    },
  },
  // The last if the account is deleted during the request.
  viewer: ['unauthenticated', 'account-banned', 'session-revoked'],
  guest: [],
}
