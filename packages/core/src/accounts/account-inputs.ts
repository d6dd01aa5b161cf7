import * as z from 'zod'
import { because, exactText, isObject, lineOfText, linesOfText, visible } from '../input.ts'
import { emailSchema, phoneSchema, usernameSchema } from './identifiers.ts'
import { type AccountNames, isCommon, isOwnPassword, isRepetitive, ownName } from './password-rules.ts'
import type { Identifier } from './user-store.ts'

/** Whether an account must, may or cannot have an identifier. */
export type Presence = 'required' | 'optional' | 'off'

/** What the schemas depend on. */
export interface AccountRules {
  readonly identifiers: Readonly<Record<Identifier, Presence>>
  readonly reservedUsernames: ReadonlySet<string>
  /** Of a password. */
  readonly minLength: number
  /** Words that no password may consist of: those that the app gives, and its issuer. */
  readonly forbiddenWords: readonly string[]
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
  username?: string | null | undefined
  email?: string | null | undefined
  phone?: string | null | undefined
  name?: string | undefined
  bio?: string | undefined
  /** Needed to change the username, the e-mail or the phone number. */
  currentPassword?: string | undefined
}

/** A change of password. */
export interface ChangePasswordInput {
  currentPassword: string
  newPassword: string
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

/** The schema of a role's name. */
export const roleInput: z.ZodType<string> = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/)

type Fields<Value> = Record<Identifier, z.ZodType<Value>>
type Given = Partial<Record<Identifier, string | undefined>>

/** Makes the schemas. */
export function createAccountInputs(rules: AccountRules): AccountInputs {
  const identifier = {
    username: usernameSchema(rules.reservedUsernames),
    email: emailSchema(),
    phone: phoneSchema(),
  }
  const profile = { name: visible(lineOfText(100)).optional(), bio: visible(linesOfText(500)).optional() }
  const currentPassword = exactText(1, passwordMaxLength)
  const newPassword = exactText(rules.minLength, passwordMaxLength)
    .refine(
      (password) => !isRepetitive(password),
      because({
        code: 'too-easy',
        reason: 'repetitive',
        message: 'Choose a password that does not repeat itself or run along the keyboard',
      }),
    )
    .refine(
      (password) => !isCommon(password),
      because({ code: 'too-common', message: 'Many people use this password: choose another one' }),
    )

  // An identifier that is off has no field, so that giving it is told like any other unknown field.
  function fields<Value>(schemaOf: (name: Identifier, required: boolean) => z.ZodType<Value>): Fields<Value> {
    const on = (Object.keys(identifier) as Identifier[]).filter((name) => rules.identifiers[name] !== 'off')
    return Object.fromEntries(
      on.map((name) => [name, schemaOf(name, rules.identifiers[name] === 'required')]),
    ) as Fields<Value>
  }
  const given = fields<string | undefined>((name, required) =>
    required ? identifier[name] : identifier[name].optional(),
  )
  const changeable = fields<string | null | undefined>((name, required) =>
    required ? identifier[name].optional() : identifier[name].nullish(),
  )
  // Where one of them is required, its own schema says so.
  const eitherLogin = rules.identifiers.username === 'optional' && rules.identifiers.email === 'optional'
  const hasLogin = ({ username, email }: Given): boolean =>
    !eitherLogin || username !== undefined || email !== undefined

  return {
    register: z
      .strictObject({
        ...given,
        ...profile,
        password: newPassword,
        deviceName: visible(lineOfText(100)).optional(),
      })
      .refine(hasLogin, needsLogin)
      .refine((input) => !isOwnName(input, rules.forbiddenWords), {
        ...because(ownName),
        path: ['password'],
        when: isObject,
      }),
    import: z
      .strictObject({
        ...given,
        ...profile,
        passwordHash: z.string().max(1024).nullable(),
        emailVerified: z.boolean().optional(),
        phoneVerified: z.boolean().optional(),
        createdAt: z.date().optional(),
      })
      .refine(hasLogin, needsLogin),
    edit: z
      .strictObject({
        ...changeable,
        ...profile,
        currentPassword: currentPassword.optional(),
      })
      .refine(
        ({ username, email, phone, currentPassword }) =>
          [username, email, phone].every((value) => value === undefined) || currentPassword,
        {
          ...because({
            code: 'required',
            message: 'Give the current password to change the username, the e-mail or the phone number',
          }),
          path: ['currentPassword'],
          when: isObject,
        },
      ),
    changePassword: z.strictObject({
      currentPassword,
      newPassword,
    }),
    delete: z.strictObject({ password: currentPassword }),
  }
}

const needsLogin = {
  ...because({ code: 'required', message: 'Give a username or an e-mail address' }),
  path: ['username'],
  when: isObject,
}

/** Of fields that may be wrong by themselves, whatever they hold. */
function isOwnName(
  { password, ...fields }: { password: unknown } & AccountNames,
  words: readonly string[],
): boolean {
  if (!isShort(password)) return false
  const names = Object.fromEntries(Object.entries(fields).filter(([, value]) => isShort(value)))
  return isOwnPassword(password, names, words)
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= passwordMaxLength
}
