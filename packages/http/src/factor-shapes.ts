import type {
  Credential,
  FactorChallenge,
  PasskeyCreationOptions,
  PasskeyRequestOptions,
  PasskeySignals,
  PasskeyStep,
  TotpEnrolment,
} from '@kith/core'
import * as z from 'zod'
import { time } from './social-shapes.ts'

const base64url = z.string().regex(/^[\w-]+$/)
const descriptor = z.strictObject({
  type: z.literal('public-key'),
  id: base64url,
  transports: z.array(z.string()).optional(),
})

const creationOptions: z.ZodType<PasskeyCreationOptions> = z.strictObject({
  rp: z.strictObject({ id: z.string(), name: z.string() }),
  user: z.strictObject({ id: base64url, name: z.string(), displayName: z.string() }),
  challenge: base64url,
  pubKeyCredParams: z.array(z.strictObject({ type: z.literal('public-key'), alg: z.int() })),
  timeout: z.int(),
  attestation: z.literal('none'),
  excludeCredentials: z.array(descriptor),
  authenticatorSelection: z.strictObject({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.enum(['required', 'preferred']),
  }),
  extensions: z.strictObject({ credProps: z.literal(true) }),
})

const requestOptions: z.ZodType<PasskeyRequestOptions> = z.strictObject({
  rpId: z.string(),
  challenge: base64url,
  allowCredentials: z.array(descriptor),
  timeout: z.int(),
  userVerification: z.literal('required'),
})

const credential: z.ZodType<Credential> = z.strictObject({
  id: z.uuidv7(),
  kind: z.enum(['passkey', 'totp', 'recovery-codes', 'identity', 'trusted-device']),
  name: z.string().nullable(),
  createdAt: time,
  lastUsedAt: time.nullable(),
  left: z.int().optional(),
  authenticator: z.string().nullable().optional(),
  synced: z.boolean().optional(),
})

const handle = { rpId: z.string(), userId: base64url }

/** The remaining requirements of a sign-in, as in a problem. */
export const factorChallenge: z.ZodType<FactorChallenge> = z.strictObject({
  token: z.string(),
  factors: z.array(z.enum(['totp', 'recovery-code', 'passkey'])),
  passkey: requestOptions.optional(),
  expiresAt: time,
})

/** The shapes of credentials, by their names in the OpenAPI document. */
export const factorShapes: {
  readonly Credential: z.ZodType<Credential>
  readonly CredentialList: z.ZodType<{ items: Credential[] }>
  readonly TotpEnrolment: z.ZodType<TotpEnrolment>
  readonly RecoveryCodes: z.ZodType<{ recoveryCodes: string[] | null }>
  readonly PasskeyCreation: z.ZodType<PasskeyStep<PasskeyCreationOptions>>
  readonly PasskeyRequest: z.ZodType<PasskeyStep<PasskeyRequestOptions>>
  readonly PasskeySignals: z.ZodType<PasskeySignals>
} = {
  Credential: credential,
  CredentialList: z.strictObject({ items: z.array(credential) }),
  TotpEnrolment: z.strictObject({ token: z.string(), secret: z.string(), uri: z.string() }),
  RecoveryCodes: z.strictObject({ recoveryCodes: z.array(z.string()).nullable() }),
  PasskeyCreation: z.strictObject({ token: z.string(), options: creationOptions }),
  PasskeyRequest: z.strictObject({ token: z.string(), options: requestOptions }),
  PasskeySignals: z.strictObject({
    allAcceptedCredentials: z.strictObject({ ...handle, allAcceptedCredentialIds: z.array(base64url) }),
    currentUserDetails: z.strictObject({ ...handle, name: z.string(), displayName: z.string() }),
  }),
}
