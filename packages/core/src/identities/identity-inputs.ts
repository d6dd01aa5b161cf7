import * as z from 'zod'
import { invitationField, type RegisterInput } from '../accounts/account-inputs.ts'
import { because, lineOfText, visible } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { SignIn } from '../sessions/session.ts'
import { isOwnPath } from './own-path.ts'

/** What somebody is sent elsewhere for. */
export interface BeginIdentityInput {
  /** `link` adds the identity to the account of the viewer. */
  purpose: 'sign-in' | 'link'
  /** The path of your app that the browser goes back to in the end. @default '/' */
  returnTo?: string | undefined
  /** The code of an invitation, for somebody who may have no account yet. */
  invitation?: string | undefined
  /** Shown in the session list; made from the `User-Agent` where it is absent. */
  deviceName?: string | undefined
}

/** Where somebody is sent. */
export interface IdentityBegun {
  /** Where their browser goes. */
  url: string
  /** A secret of this browser, for a cookie that scripts cannot read: anyone who comes back without it is another browser. Ends after 10 minutes. */
  browser: string
}

/** What a browser came back with. */
export interface FinishIdentityInput {
  /** The parameters of the URL, or of the form where the provider posts one. */
  answer: URLSearchParams
  /** What `begin` gave this browser. */
  browser: string
}

/** What is still missing of an account that somebody signs in to for the first time. */
export interface DetailsNeeded {
  kind: 'details-needed'
  /** A secret of this browser, for `complete`. Ends after 10 minutes. */
  token: string
  /** The fields that are required and not known, such as `username`. */
  missing: string[]
  /** What the provider says, to begin a form with. */
  suggestion: { username: string | null; name: string | null; email: string | null }
  returnTo: string
}

/** What has become of a browser that came back. */
export type IdentityFinished<Fields extends AppFields = AppFields> =
  | {
      kind: 'signed-in'
      signIn: SignIn<Fields>
      /** Whether the account was made by that. */
      isNew: boolean
      returnTo: string
    }
  | DetailsNeeded
  | { kind: 'linked'; returnTo: string }

/** The rest of a registration: what {@link DetailsNeeded.missing} names, and what else they would like to have. */
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
