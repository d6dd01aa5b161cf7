import { z } from 'zod'
import { exactText, lineOfText, linesOfText } from '../input.ts'
import { emailSchema, phoneSchema, usernameSchema } from './identifiers.ts'
import type { Identifier } from './user-store.ts'

/** Whether an account must, may or cannot have an identifier. */
export type Presence = 'required' | 'optional' | 'off'

/** What the schemas depend on. */
export interface AccountRules {
  readonly identifiers: Readonly<Record<Identifier, Presence>>
  readonly reservedUsernames: ReadonlySet<string>
  readonly passwordMinLength: number
}

/** What registration takes. Which identifiers are required is an option of Kith. */
export interface RegisterInput {
  username?: string | undefined
  email?: string | undefined
  phone?: string | undefined
  password: string
  name?: string | undefined
  bio?: string | undefined
  /** Shown in the session list; made from the `User-Agent` where it is absent. */
  deviceName?: string | undefined
}

/** An account brought over from another system, with its password hash. */
export interface ImportInput extends Omit<RegisterInput, 'password' | 'deviceName'> {
  /** Argon2, or a form that one of the `passwords.legacy` verifiers reads; `null` for none. */
  passwordHash: string | null
  emailVerified?: boolean | undefined
  phoneVerified?: boolean | undefined
  createdAt?: Date | undefined
}

/** What can be changed of an account. `null` removes an identifier that is optional. */
export interface EditInput {
  username?: string | undefined
  email?: string | null | undefined
  phone?: string | null | undefined
  name?: string | undefined
  bio?: string | undefined
  /** Needed to change the e-mail or the phone number. */
  currentPassword?: string | undefined
}

/** A change of password. */
export interface ChangePasswordInput {
  currentPassword: string
  newPassword: string
  /** @default true */
  endOtherSessions?: boolean | undefined
}

/** Deletion of one's own account. */
export interface DeleteAccountInput {
  password: string
}

/** The schemas of all account inputs, made for the rules of one Kith instance. */
export interface AccountInputs {
  register: z.ZodType<RegisterInput>
  import: z.ZodType<ImportInput>
  edit: z.ZodType<EditInput>
  changePassword: z.ZodType<ChangePasswordInput>
  delete: z.ZodType<DeleteAccountInput>
}

/** Longer than any password a person keeps, short enough to hash at once. */
export const passwordMaxLength = 256

/** Makes the schemas. */
export function createAccountInputs(rules: AccountRules): AccountInputs {
  const identifier = {
    username: usernameSchema(rules.reservedUsernames),
    email: emailSchema(),
    phone: phoneSchema(),
  }
  const profile = { name: lineOfText(100).optional(), bio: linesOfText(500).optional() }
  const currentPassword = exactText(1, passwordMaxLength)
  const newPassword = exactText(rules.passwordMinLength, passwordMaxLength)

  function present(name: Identifier): z.ZodType<string | undefined> {
    if (rules.identifiers[name] === 'off') return z.undefined()
    return rules.identifiers[name] === 'required' ? identifier[name] : identifier[name].optional()
  }
  function changeable(name: 'email' | 'phone'): z.ZodType<string | null | undefined> {
    if (rules.identifiers[name] === 'off') return z.undefined()
    return rules.identifiers[name] === 'required' ? identifier[name].optional() : identifier[name].nullish()
  }
  const identifiers = { username: present('username'), email: present('email'), phone: present('phone') }

  return {
    register: z
      .strictObject({
        ...identifiers,
        ...profile,
        password: newPassword,
        deviceName: lineOfText(100).optional(),
      })
      .refine(hasLogin, needsLogin)
      .refine((input) => !resembles(input.password, input), {
        error: 'Choose a password that is not your name or address',
        path: ['password'],
        params: { code: 'too-easy' },
        when: isObject,
      }),
    import: z
      .strictObject({
        ...identifiers,
        ...profile,
        passwordHash: z.string().max(1024).nullable(),
        emailVerified: z.boolean().optional(),
        phoneVerified: z.boolean().optional(),
        createdAt: z.date().optional(),
      })
      .refine(hasLogin, needsLogin),
    edit: z
      .strictObject({
        username: rules.identifiers.username === 'off' ? z.undefined() : identifier.username.optional(),
        email: changeable('email'),
        phone: changeable('phone'),
        ...profile,
        currentPassword: currentPassword.optional(),
      })
      .refine(
        ({ email, phone, currentPassword }) =>
          (email === undefined && phone === undefined) || currentPassword,
        {
          error: 'Give the current password to change the e-mail or the phone number',
          path: ['currentPassword'],
          params: { code: 'required' },
        },
      ),
    changePassword: z.strictObject({
      currentPassword,
      newPassword,
      endOtherSessions: z.boolean().optional(),
    }),
    delete: z.strictObject({ password: currentPassword }),
  }
}

const needsLogin = {
  error: 'Give a username or an e-mail address',
  path: ['username'],
  params: { code: 'required' },
  when: isObject,
}

// Checks over several fields run also where one field alone is wrong, so that all is told at once.
function isObject({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null
}

function hasLogin({
  username,
  email,
}: {
  username?: string | undefined
  email?: string | undefined
}): boolean {
  return username !== undefined || email !== undefined
}

function resembles(password: string, identifiers: Partial<Record<Identifier, string | undefined>>): boolean {
  const lower = String(password).toLowerCase()
  return [identifiers.username, identifiers.email, identifiers.phone].some((value) => value === lower)
}
