import type { ErrorCode } from '@kith/core'

/** How people sign in, and what a route returns to those who have not. */
export interface SignInDescription {
  /** The security schemes of OpenAPI, by name. */
  schemes: Readonly<Record<string, unknown>>
  /** The problems of routes for people who have signed in, */
  viewer: readonly ErrorCode[]
  /** and of those that guests may call too. */
  guest: readonly ErrorCode[]
}

/** By tokens of Kith, in this cookie or the `Authorization` header. */
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

/** By the sign-in of the app itself. */
export const signInOfHost: SignInDescription = {
  schemes: {
    app: {
      type: 'apiKey',
      in: 'header',
      name: 'Cookie',
      description: 'The sign-in of the app itself: its session cookie, or whatever else it reads.',
    },
  },
  // The last where the account goes while the request is answered.
  viewer: ['unauthenticated', 'account-banned', 'session-revoked'],
  guest: [],
}
