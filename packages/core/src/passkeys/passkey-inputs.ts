import * as z from 'zod'
import { lineOfText, visible } from '../input.ts'
import type { PasskeyAssertion, PasskeyCreation } from './passkey-verifier.ts'

/** A passkey that was created in a browser. */
export interface PasskeyCreationInput {
  token: string
  /** The `toJSON()` of the result of `navigator.credentials.create()`. */
  response: PasskeyCreation
}

/** A new passkey. */
export interface ConfirmPasskeyInput extends PasskeyCreationInput {
  /** The owner's name for it; that of its authenticator if absent. */
  name?: string | undefined
}

/** A used passkey. */
export interface PasskeyProof {
  token: string
  /** The `toJSON()` of the result of `navigator.credentials.get()`. */
  response: PasskeyAssertion
}

/** A sign-in with a passkey. */
export interface PasskeyLoginInput extends PasskeyProof {
  /** Shown in the session list; derived from the `User-Agent` if absent. */
  deviceName?: string | undefined
}

/** The schemas of these inputs. */
export interface PasskeyInputs {
  beginAdd: z.ZodType<{ conditional?: boolean | undefined }>
  confirmAdd: z.ZodType<ConfirmPasskeyInput>
  register: z.ZodType<PasskeyCreationInput>
  login: z.ZodType<PasskeyLoginInput>
}

const bytes = (most: number): z.ZodString =>
  z
    .string()
    .max(Math.ceil((most * 4) / 3))
    .regex(/^[\w-]+$/, 'Give it as the browser does, in base64url')

/** A length limit of the specification. */
const id = bytes(1_023)
const token = z
  .string()
  .regex(/^[0-9a-f-]{36}\.[\w-]{20,100}$/, 'Give the `token` of the call that began this')
const head = { id, rawId: id, type: z.literal('public-key') }
const clientDataJSON = bytes(4_096)

// Not strict: browsers keep adding members.
const creation: z.ZodType<PasskeyCreation> = z.object({
  ...head,
  response: z.object({
    clientDataJSON,
    attestationObject: bytes(16_384),
    transports: z
      .array(z.string().regex(/^[\w-]{1,30}$/, 'Give names of transports, such as `internal`'))
      .max(10)
      .optional(),
  }),
})

/** The schema of {@link PasskeyAssertion}. */
export const passkeyAssertion: z.ZodType<PasskeyAssertion> = z.object({
  ...head,
  response: z.object({
    clientDataJSON,
    authenticatorData: bytes(4_096),
    signature: bytes(8_192),
    userHandle: bytes(64).nullish(),
  }),
})

/** The schema of {@link PasskeyProof}. */
export const passkeyProof: z.ZodType<PasskeyProof> = z.strictObject({ token, response: passkeyAssertion })

/** They are the same for every app. */
export const passkeyInputs: PasskeyInputs = {
  beginAdd: z.strictObject({ conditional: z.boolean().optional() }),
  confirmAdd: z.strictObject({
    token,
    response: creation,
    name: visible(lineOfText(100)).pipe(z.string().min(1)).optional(),
  }),
  register: z.strictObject({ token, response: creation }),
  login: z.strictObject({
    token,
    response: passkeyAssertion,
    deviceName: visible(lineOfText(100)).optional(),
  }),
}
