import * as z from 'zod'
import { invitationField, type RegisterInput } from '../accounts/account-inputs.ts'
import { because, lineOfText, visible } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { SignIn } from '../sessions/session.ts'
import { isOwnPath } from './own-path.ts'

/** Why the browser is sent to a provider. */
export interface BeginIdentityInput {
  /** `link` adds the identity to the viewer's account. */
  purpose: 'sign-in' | 'link'
  /** The path of your app that the browser returns to in the end. @default '/' */
  returnTo?: string | undefined
  /** An invitation code, for users who may not have an account yet. */
  invitation?: string | undefined
  /** Shown in the session list; derived from the `User-Agent` if absent. */
  deviceName?: string | undefined
}

/** Where to send a user. */
export interface IdentityBegun {
  /** Where to send their browser. */
  url: string
  /**
   * A secret of this browser, for an HttpOnly cookie: a browser that returns without it is refused. Expires after 10
   * minutes.
   */
  browser: string
}

/** What a browser returned with. */
export interface FinishIdentityInput {
  /** The parameters of the URL, or of the form if the provider posts one. */
  answer: URLSearchParams
  /** What `begin` returned to this browser. */
  browser: string
}

/** What an account still needs at the first sign-in. */
export interface DetailsNeeded {
  kind: 'details-needed'
  /** A secret of this browser, for `complete`. Expires after 10 minutes. */
  token: string
  /** The required fields that are unknown, such as `username`. */
  missing: string[]
  /** The provider's data, to prefill a form. */
  suggestion: { username: string | null; name: string | null; email: string | null }
  returnTo: string
}

/** The result for a browser that returned. */
export type IdentityFinished<Fields extends AppFields = AppFields> =
  | {
      kind: 'signed-in'
      signIn: SignIn<Fields>
      /** Whether the account was just created. */
      isNew: boolean
      returnTo: string
    }
  | DetailsNeeded
  | { kind: 'linked'; returnTo: string }

/** The rest of a registration: the fields in {@link DetailsNeeded.missing}, and optional ones. */
export interface CompleteIdentityInput<Fields extends AppFields = AppFields> extends Omit<
  RegisterInput<Fields>,
  'password'
> {
  /** {@link DetailsNeeded.token} */
  token: string
}

/** The schema of {@link BeginIdentityInput}. */
export const beginIdentityInput: z.ZodType<BeginIdentityInput> = z.strictObject({
  purpose: z.enum(['sign-in', 'link']),
  returnTo: z
    .string()
    .refine(isOwnPath, because({ code: 'malformed', message: 'Give a path of this app, such as /settings' }))
    .optional(),
  invitation: invitationField.optional(),
  deviceName: visible(lineOfText(100)).optional(),
})
