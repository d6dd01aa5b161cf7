import {
  type AuditEntry,
  auditActions,
  type CodeSent,
  type ErrorCode,
  errorTable,
  type FieldError,
  fieldErrorTable,
  type OwnUser,
  type Page,
  type Puzzle,
  type Session,
  type SignIn,
  type Tokens,
} from '@kith/core'
import * as z from 'zod'
import { factorChallenge, factorShapes } from './factor-shapes.ts'
import type { Problem } from './problem.ts'
import { signUpShapes } from './sign-up-shapes.ts'
import { page, socialShapes, time, withOwnUser } from './social-shapes.ts'

/**
 * The result of a sign-in: with tokens only if they were requested, otherwise they are in cookies. `User` has the
 * fields of the app.
 */
export interface SignInAnswer<User extends SignIn['user'] = SignIn['user']> {
  user: User
  session: SignIn['session']
  tokens?: Tokens | undefined
}

/** The result of a refresh: the session, and the tokens only if the refresh token was in the body. */
export type RefreshAnswer = Omit<SignInAnswer, 'user'>

/** The result of a change to the viewer's own account: the account, and a fresh session if the password was sent. */
export type EditAnswer = OwnUser & { session?: SignIn['session'] | undefined; tokens?: Tokens | undefined }

/** The viewer's own account, and the admin who acts as it, if any. */
export type Me = OwnUser & { actorId?: string | undefined }

/** Instructions for a browser about its bound session: "JSON session instructions" of the W3C draft, 9.6. */
export interface SessionInstructions {
  session_identifier: string
  refresh_url: string
  scope: { include_site: boolean }
  credentials: { type: 'cookie'; name: string; attributes: string }[]
  allowed_refresh_initiators: string[]
}

const session: z.ZodType<Session> = z.strictObject({
  id: z.uuidv7(),
  deviceName: z.string().nullable(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  createdAt: time,
  lastUsedAt: time,
  expiresAt: time,
  bound: z.boolean(),
  current: z.boolean(),
  impersonated: z.boolean(),
})

const auditEntry: z.ZodType<AuditEntry> = z.strictObject({
  id: z.uuidv7(),
  userId: z.uuidv7(),
  action: z.enum(auditActions),
  at: time,
  actor: z.strictObject({
    kind: z.enum(['self', 'admin', 'host', 'nobody']),
    sessionId: z.string().nullable(),
    userId: z.string().optional(),
  }),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  details: z.record(z.string(), z.unknown()) as z.ZodType<AuditEntry['details']>,
})

const me: z.ZodType<Me> = withOwnUser<Pick<Me, 'actorId'>>({ actorId: z.uuid().optional() })

const tokens: z.ZodType<Tokens> = z.strictObject({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresIn: z.int().positive(),
  deviceToken: z.string().optional(),
})

const openedSession = z.strictObject({ id: z.uuidv7(), expiresAt: time })

const signIn: z.ZodType<SignInAnswer> = z.strictObject({
  user: socialShapes.SignedInUser,
  session: openedSession,
  tokens: tokens.optional(),
})

const codeSent: z.ZodType<CodeSent> = z.strictObject({ flow: z.string(), expiresAt: time })

/** Where to send a browser; its cookie has the matching secret. */
const identityBegun: z.ZodType<{ url: string }> = z.strictObject({ url: z.url() })

const refreshed: z.ZodType<RefreshAnswer> = z.strictObject({
  session: openedSession,
  tokens: tokens.optional(),
})

/** For the browser itself: the names are those of the W3C draft. */
const sessionInstructions: z.ZodType<SessionInstructions> = z.strictObject({
  session_identifier: z.uuidv7(),
  refresh_url: z.string(),
  scope: z.strictObject({ include_site: z.boolean() }),
  credentials: z.array(
    z.strictObject({ type: z.literal('cookie'), name: z.string(), attributes: z.string() }),
  ),
  allowed_refresh_initiators: z.array(z.string()),
})

const edit: z.ZodType<EditAnswer> = withOwnUser<Pick<EditAnswer, 'session' | 'tokens'>>({
  session: openedSession.optional(),
  tokens: tokens.optional(),
})

/** A variant for each code, with the parameters in the table. */
const fieldError = z.union(
  Object.entries(fieldErrorTable).map(([code, { meaning, parameters }]) =>
    z
      .strictObject({
        path: z.string(),
        code: z.literal(code),
        message: z.string(),
        ...Object.fromEntries(Object.entries(parameters).map(([name, kind]) => [name, parameter(kind)])),
      })
      .describe(meaning),
  ),
) as z.ZodType<unknown> as z.ZodType<FieldError>

function parameter(kind: string | readonly string[]): z.ZodType {
  if (typeof kind !== 'string') return z.enum(kind)
  return kind === 'number' ? z.number() : z.string()
}

const puzzle: z.ZodType<Puzzle> = z.strictObject({
  kind: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  expiresAt: time,
})

const problem: z.ZodType<Problem> = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string(),
  requestId: z.string(),
  errors: z.array(fieldError).optional(),
  challenge: factorChallenge.optional(),
  puzzle: puzzle.optional(),
  unknownCredential: z.strictObject({ rpId: z.string(), credentialId: z.string() }).optional(),
  ban: z.strictObject({ until: z.iso.datetime().nullable(), reason: z.string().nullable() }).optional(),
})

/** The shapes of all responses, by their names in the OpenAPI document. Strict: an unnamed field is a mistake. */
export const shapes: typeof socialShapes &
  typeof factorShapes &
  typeof signUpShapes & {
    readonly FieldError: z.ZodType<FieldError>
    readonly Session: z.ZodType<Session>
    readonly Tokens: z.ZodType<Tokens>
    readonly Me: z.ZodType<Me>
    readonly Edit: z.ZodType<EditAnswer>
    readonly SignIn: z.ZodType<SignInAnswer>
    readonly Refreshed: z.ZodType<RefreshAnswer>
    readonly CodeSent: z.ZodType<CodeSent>
    readonly IdentityBegun: z.ZodType<{ url: string }>
    readonly SessionInstructions: z.ZodType<SessionInstructions>
    readonly SessionPage: z.ZodType<Page<Session>>
    readonly AuditEntry: z.ZodType<AuditEntry>
    readonly AuditPage: z.ZodType<Page<AuditEntry>>
    readonly Problem: z.ZodType<Problem>
  } = {
  ...socialShapes,
  ...factorShapes,
  ...signUpShapes,
  Session: session,
  Tokens: tokens,
  Me: me,
  Edit: edit,
  SignIn: signIn,
  Refreshed: refreshed,
  CodeSent: codeSent,
  IdentityBegun: identityBegun,
  SessionInstructions: sessionInstructions,
  SessionPage: page(session),
  AuditEntry: auditEntry,
  AuditPage: page(auditEntry),
  FieldError: fieldError,
  Problem: problem,
}
