/**
 * Every error code that Kith raises, with its HTTP status, a short title, and the additional field of its errors. Codes
 * are stable: clients may match on them.
 */
export const errorTable = {
  'malformed-request': { status: 400, title: 'The request could not be read', carries: null },
  'invalid-input': { status: 422, title: 'The input is not valid', carries: 'errors' },
  'invalid-cursor': { status: 400, title: 'This cursor is not for this list', carries: null },
  'identifier-taken': {
    status: 409,
    title: 'That username, email or phone is not available',
    carries: 'errors',
  },
  'invalid-credentials': { status: 401, title: 'Wrong login or password', carries: null },
  unauthenticated: { status: 401, title: 'Sign in first', carries: null },
  'access-token-invalid': { status: 401, title: 'The access token is not valid', carries: null },
  'access-token-expired': { status: 401, title: 'The access token has expired', carries: null },
  'refresh-token-invalid': { status: 401, title: 'The refresh token is not valid', carries: null },
  'refresh-token-expired': { status: 401, title: 'The refresh token has expired', carries: null },
  'refresh-token-reused': { status: 401, title: 'The refresh token has already been used', carries: null },
  'session-revoked': { status: 401, title: 'The session has ended', carries: null },
  'device-proof-required': { status: 403, title: 'The session is bound to a device', carries: null },
  'device-proof-invalid': { status: 401, title: 'The device proof is not valid', carries: null },
  'session-bound': { status: 409, title: 'The session is bound to another key', carries: null },
  'code-invalid': { status: 403, title: 'The code is wrong, expired or already used', carries: null },
  'code-not-sent': {
    status: 409,
    title: 'The account cannot confirm its identity by a sent code',
    carries: null,
  },
  'second-factor-required': { status: 401, title: 'A second factor is required', carries: 'challenge' },
  'factor-invalid': { status: 403, title: 'The second factor is wrong or already used', carries: null },
  'passkey-invalid': { status: 403, title: 'The passkey could not be verified', carries: null },
  'passkey-unknown': {
    status: 403,
    title: 'No account has this passkey',
    carries: 'unknownCredential',
  },
  'proof-required': { status: 403, title: 'Confirm that it is you', carries: null },
  'credential-not-found': { status: 404, title: 'Credential not found', carries: null },
  'credential-taken': {
    status: 409,
    title: 'This credential is already linked to an account',
    carries: null,
  },
  'too-many-credentials': {
    status: 409,
    title: 'The account has reached its limit for credentials of this kind',
    carries: null,
  },
  'provider-not-found': { status: 404, title: 'Sign-in provider not found', carries: null },
  'identity-refused': { status: 403, title: 'Sign-in with the provider failed', carries: null },
  'link-required': { status: 409, title: 'An account with that email address already exists', carries: null },
  'last-way-in': { status: 409, title: 'This is the only way to sign in to the account', carries: null },
  'wrong-password': { status: 403, title: 'The current password is wrong', carries: null },
  'account-banned': { status: 403, title: 'The account is suspended', carries: 'ban' },
  'challenge-required': { status: 403, title: 'Solve the challenge to continue', carries: 'puzzle' },
  'sign-up-closed': { status: 403, title: 'Sign-up is closed', carries: null },
  'invitation-invalid': {
    status: 403,
    title: 'The invitation is wrong, expired, revoked or already used',
    carries: null,
  },
  'invitation-not-found': { status: 404, title: 'Invitation not found', carries: null },
  'too-many-invitations': {
    status: 409,
    title: 'You have reached your limit for open invitations',
    carries: null,
  },
  'approval-required': { status: 403, title: 'The account is waiting for approval', carries: null },
  'application-not-found': { status: 404, title: 'Application not found', carries: null },
  'role-required': { status: 403, title: 'Your role does not allow this', carries: null },
  impersonated: {
    status: 403,
    title: 'Administrators cannot do this while acting as another account',
    carries: null,
  },
  'account-protected': { status: 403, title: 'This account cannot be changed here', carries: null },
  'not-impersonable': { status: 403, title: 'This account cannot be impersonated', carries: null },
  'policy-refused': { status: 403, title: 'This app does not allow that', carries: null },
  'origin-not-allowed': { status: 403, title: 'Requests from this origin are not allowed', carries: null },
  'session-not-found': { status: 404, title: 'Session not found', carries: null },
  'account-not-found': { status: 404, title: 'Account not found', carries: null },
  'route-not-found': { status: 404, title: 'Route not found', carries: null },
  'method-not-allowed': { status: 405, title: 'Method not allowed', carries: null },
  'post-not-found': { status: 404, title: 'Post not found', carries: null },
  'media-not-found': { status: 404, title: 'Upload not found', carries: null },
  'not-author': { status: 403, title: 'Only the author can do this', carries: null },
  'self-follow': { status: 422, title: 'You cannot follow yourself', carries: null },
  'media-unreadable': { status: 422, title: 'The file cannot be read as an image or a video', carries: null },
  'media-too-complex': {
    status: 422,
    title: 'The file takes too much time or memory to process',
    carries: null,
  },
  'media-too-large': { status: 413, title: 'The file or its image is too large', carries: null },
  'media-unavailable': {
    status: 503,
    title: 'The media storage is unavailable',
    carries: 'retryAfterSeconds',
  },
  'captions-unavailable': {
    status: 503,
    title: 'Caption suggestions are unavailable',
    carries: 'retryAfterSeconds',
  },
  'provider-unavailable': {
    status: 503,
    title: 'The sign-in provider is unavailable',
    carries: 'retryAfterSeconds',
  },
  'challenge-unavailable': {
    status: 503,
    title: 'The challenge cannot be verified right now',
    carries: 'retryAfterSeconds',
  },
  'request-timeout': { status: 408, title: 'The request arrived too slowly', carries: null },
  'payload-too-large': { status: 413, title: 'The request body is too large', carries: null },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported', carries: null },
  'rate-limited': { status: 429, title: 'Too many attempts', carries: 'retryAfterSeconds' },
  'account-locked': {
    status: 429,
    title: 'Too many failed attempts for this account',
    carries: 'retryAfterSeconds',
  },
  'not-configured': { status: 501, title: 'This feature is not enabled on this server', carries: null },
  'internal-error': { status: 500, title: 'Something went wrong on the server', carries: null },
  'storage-failed': { status: 500, title: 'The storage failed', carries: null },
  'storage-busy': { status: 503, title: 'The storage is busy', carries: 'retryAfterSeconds' },
  'storage-unavailable': {
    status: 503,
    title: 'The storage is unavailable',
    carries: 'retryAfterSeconds',
  },
  'storage-read-only': {
    status: 503,
    title: 'The storage is read-only',
    carries: 'retryAfterSeconds',
  },
  'storage-full': { status: 503, title: 'The storage is full', carries: 'retryAfterSeconds' },
  busy: { status: 503, title: 'The server is busy', carries: 'retryAfterSeconds' },
} as const

Object.freeze(errorTable)

/** One of the stable error codes of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable

type CodeThatCarries<Field> = {
  [Code in ErrorCode]: (typeof errorTable)[Code]['carries'] extends Field ? Code : never
}[ErrorCode]

/** Codes of errors that are worth retrying later. */
export type RetryLaterCode = CodeThatCarries<'retryAfterSeconds'>
/** Codes of errors that name fields. */
export type InputErrorCode = CodeThatCarries<'errors'>
/** The code of an error that asks for a second factor. */
export type ChallengeErrorCode = CodeThatCarries<'challenge'>
/** The code of an error for an unknown passkey. */
export type PasskeyUnknownErrorCode = CodeThatCarries<'unknownCredential'>
/** The code of an error that requires a challenge. */
export type PuzzleErrorCode = CodeThatCarries<'puzzle'>
/** The code of an error for a ban. */
export type BanErrorCode = CodeThatCarries<'ban'>
/** Codes of errors without additional fields. */
export type PlainErrorCode = CodeThatCarries<null>
