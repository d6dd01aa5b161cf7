import * as z from 'zod'
import { because, exactText, isObject, lineOfText, linesOfText, visible } from '../input.ts'
import type { AppFields, ChangedFields } from '../own-fields/app-fields.ts'
import type { FieldScope } from '../own-fields/field-scope.ts'
import { emailSchema, phoneSchema, usernameSchema } from './identifiers.ts'
import { type AccountNames, isCommon, isOwnPassword, isRepetitive, ownName } from './password-rules.ts'
import type { Identifier } from './user-store.ts'

/** Whether an account must, may or cannot have an identifier. */
export type Presence = 'required' | 'optional' | 'off'

/** Who can register: everyone, people with an invitation, people who are then approved, or nobody. */
export type SignUp = 'open' | 'invite' | 'approval' | 'closed'

/** An age bracket, and how it is known. */
export interface AgeInput {
  /** Minimum age in years. */
  from: number
  /** Maximum age in years; `null` for no limit. */
  to: number | null
  /** A name that the app chooses: lower-case letters, digits and hyphens. */
  source: string
}

/** An age bracket, and how it is known. */
export interface Age {
  /** Minimum age in years. */
  from: number
  /** Maximum age in years; `null` for no limit. */
  to: number | null
  /** The source, as named by the app: `declared`, `app-store`, `id-check`. */
  source: string
  /** When it was recorded; ISO 8601, UTC. */
  at: string
}

/** What the schemas depend on. */
export interface AccountRules {
  readonly identifiers: Readonly<Record<Identifier, Presence>>
  readonly reservedUsernames: ReadonlySet<string>
  /** The kind of address that is confirmed with a code, and therefore not edited directly. */
  readonly confirm?: 'email' | 'phone' | null
  /** The minimum length of a password. */
  readonly minLength: number
  /** Words that may not be the whole password: the app's own, and its issuer. */
  readonly forbiddenWords: readonly string[]
  /** The app's public fields. */
  readonly fields?: FieldScope | null
  readonly ownFields?: FieldScope | null
  /** Who can register. */
  readonly signUp?: SignUp
  /** Whether a registration includes an age bracket. */
  readonly age?: Presence
  /** Whether a registration may require a challenge. */
  readonly challenged?: boolean
}

/** The input of a registration. Options of Kith decide which identifiers are required. */
export interface RegisterInput<Fields extends AppFields = AppFields> {
  username?: string | undefined
  email?: string | undefined
  phone?: string | undefined
  password: string
  name?: string | undefined
  bio?: string | undefined
  /** The app's own fields: `accounts.fields`. */
  fields?: Fields['public']['given'] | undefined
  /** The app's own fields that only the owner sees: `accounts.ownFields`. */
  ownFields?: Fields['own']['given'] | undefined
  /** The invitation code, if the app requires one: `accounts.signUp`. */
  invitation?: string | undefined
  /** The self-declared age bracket, if the app asks for it: `accounts.age`. */
  age?: AgeInput | undefined
  /** The solution of the challenge, if there was one: `challenge-required`. */
  solution?: string | undefined
  /** Shown in the session list; derived from the `User-Agent` if absent. */
  deviceName?: string | undefined
}

/** A registration with a passkey instead of a password. */
export type NewcomerInput<Fields extends AppFields = AppFields> = Omit<RegisterInput<Fields>, 'password'>

/** An account that the host creates for someone who gets the password in another way. */
export interface CreateAccountInput<Fields extends AppFields = AppFields> extends Omit<
  RegisterInput<Fields>,
  'deviceName' | 'invitation' | 'solution'
> {
  emailVerified?: boolean | undefined
  phoneVerified?: boolean | undefined
}

/** An account imported from another system, with its password hash. */
export interface ImportInput<Fields extends AppFields = AppFields> extends Omit<
  RegisterInput<Fields>,
  'password' | 'deviceName' | 'invitation' | 'solution'
> {
  /** Argon2, or a format that one of the `passwords.legacy` verifiers supports; `null` for none. */
  passwordHash: string | null
  emailVerified?: boolean | undefined
  phoneVerified?: boolean | undefined
  createdAt?: Date | undefined
}

/**
 * The initial fields of a shadow account. No identifier is required, regardless of the options: it is found by its
 * external id.
 */
export interface ShadowInput<Fields extends AppFields = AppFields> extends Omit<
  ImportInput<Fields>,
  'passwordHash' | 'fields' | 'ownFields'
> {
  /** The app's own fields. None is required here, regardless of the schema. */
  fields?: ChangedFields<Fields['public']['given']> | undefined
  ownFields?: ChangedFields<Fields['own']['given']> | undefined
}

/** The editable fields of an account. `null` removes an optional identifier. */
export interface EditInput<Fields extends AppFields = AppFields> {
  username?: string | null | undefined
  email?: string | null | undefined
  phone?: string | null | undefined
  name?: string | undefined
  bio?: string | undefined
  /** The app's own fields to change; `null` removes an optional one. */
  fields?: ChangedFields<Fields['public']['given']> | undefined
  ownFields?: ChangedFields<Fields['own']['given']> | undefined
  /** Required to change the username, the email or the phone number, if the account has a password. */
  currentPassword?: string | undefined
}

/** What the host can change on any account. `null` removes an optional identifier. */
export type UpdateAccountInput<Fields extends AppFields = AppFields> = Omit<
  EditInput<Fields>,
  'currentPassword'
>

/** A password change. */
export interface ChangePasswordInput {
  /** Required if the account has a password; without one, the owner needs `sessions.prove` or a recent sign-in. */
  currentPassword?: string | undefined
  newPassword: string
}

/** Deletion of the caller's own account. */
export interface DeleteAccountInput {
  /** As `currentPassword` of {@link ChangePasswordInput}. */
  password?: string | undefined
}

/** The schemas of all account inputs, built for the rules of one Kith instance. */
export interface AccountInputs {
  register: z.ZodType<RegisterInput>
  /** The part of {@link register} that applies without a password: for sign-in with a provider or a passkey. */
  newcomer: z.ZodType<NewcomerInput>
  create: z.ZodType<CreateAccountInput>
  import: z.ZodType<ImportInput>
  shadow: z.ZodType<ShadowInput>
  edit: z.ZodType<EditInput>
  update: z.ZodType<UpdateAccountInput>
  setPassword: z.ZodType<{ password: string }>
  /** The part of {@link edit} that every signed-in user may change, whatever the sign-in. */
  profile: z.ZodType<Pick<EditInput, 'name' | 'bio' | 'fields' | 'ownFields'>>
  changePassword: z.ZodType<ChangePasswordInput>
  delete: z.ZodType<DeleteAccountInput>
}

/** Longer than any password a person chooses, short enough to hash in one go. */
export const passwordMaxLength = 256

/** The schema of an invitation code. A malformed code fails like a wrong one. */
export const invitationField: z.ZodType<string> = z.string().min(1).max(200)

/** The schema of a challenge solution. */
export const solutionField: z.ZodType<string> = z.string().min(1).max(8_192)

/** The schema of many ids. @reason As many as a page of a list; each is a row to read. */
export const idsInput: z.ZodType<{ ids: readonly string[] }> = z.strictObject({
  ids: z.array(z.string().max(100)).max(100),
})

const shortName = /^[a-z][a-z0-9-]{0,31}$/
const shortNameAdvice = 'Use a to z, digits and dashes, and begin with a letter'

const years = z.int().min(0).max(150)

/** The schema of {@link AgeInput}. */
export const ageInput: z.ZodType<AgeInput> = z
  .strictObject({ from: years, to: years.nullable(), source: z.string().regex(shortName, shortNameAdvice) })
  .refine(({ from, to }) => to === null || to >= from, {
    ...because({ code: 'malformed', message: 'Give a bracket that ends where it begins or later' }),
    path: ['to'],
  })

/** The schema of a role's name. */
export function roleName(): z.ZodString {
  return z.string().regex(shortName, shortNameAdvice)
}

/** The roles that every app has. */
export const builtInRoles: readonly ['member', 'moderator', 'admin'] = Object.freeze([
  'member',
  'moderator',
  'admin',
] as const)

/** The schema of an account's role: one of these, or any name if the app has not named its roles. */
export function roleInput(roles: readonly string[] | null): z.ZodType<string> {
  return roles ? z.enum(roles as string[]) : roleName()
}

type Fields<Value> = Record<Identifier, z.ZodType<Value>>
type Given = Partial<Record<Identifier, string | undefined>>

/** Builds the schemas. */
export function createAccountInputs(rules: AccountRules): AccountInputs {
  const identifier = {
    username: usernameSchema(rules.reservedUsernames),
    email: emailSchema(),
    phone: phoneSchema(),
  }
  const profile = { name: visible(lineOfText(100)).optional(), bio: visible(linesOfText(500)).optional() }
  const scopes = Object.entries({ fields: rules.fields, ownFields: rules.ownFields })
  const own = (use: 'given' | 'changed'): Record<string, z.ZodType> =>
    Object.fromEntries(scopes.flatMap(([name, scope]) => (scope ? [[name, scope[use]]] : [])))
  const brought = {
    emailVerified: z.boolean().optional(),
    phoneVerified: z.boolean().optional(),
    createdAt: z.date().optional(),
    age: ageInput.optional(),
  }
  const age = rules.age === 'required' ? ageInput : ageInput.optional()
  // A field that the app does not use is reported like any unknown field.
  const entry = Object.fromEntries([
    ...(rules.signUp === 'invite' ? [['invitation', invitationField]] : []),
    ...(rules.challenged ? [['solution', solutionField.optional()]] : []),
    ...(rules.age !== undefined && rules.age !== 'off' ? [['age', age]] : []),
  ]) as Record<'invitation' | 'solution', z.ZodType<string | undefined>> & {
    age: z.ZodType<AgeInput | undefined>
  }
  const currentPassword = exactText(1, passwordMaxLength)
  const newPassword = exactText(rules.minLength, passwordMaxLength)
    .refine(
      (password) => !isRepetitive(password),
      because({
        code: 'too-easy',
        reason: 'repetitive',
        message: 'Choose a password without repeated or keyboard patterns',
      }),
    )
    .refine(
      (password) => !isCommon(password),
      because({ code: 'too-common', message: 'This password is too common: choose another one' }),
    )

  // A disabled identifier has no field, so it is reported like any unknown field.
  function fields<Value>(schemaOf: (name: Identifier, required: boolean) => z.ZodType<Value>): Fields<Value> {
    const on = (Object.keys(identifier) as Identifier[]).filter((name) => rules.identifiers[name] !== 'off')
    return Object.fromEntries(
      on.map((name) => [name, schemaOf(name, rules.identifiers[name] === 'required')]),
    ) as Fields<Value>
  }
  const given = fields<string | undefined>((name, required) =>
    required ? identifier[name] : identifier[name].optional(),
  )
  const known = fields<string | undefined>((name) => identifier[name].optional())
  const changeable = fields<string | null | undefined>((name, required) =>
    required ? identifier[name].optional() : identifier[name].nullish(),
  )
  const edited = Object.fromEntries(
    Object.entries(changeable).filter(([name]) => name !== rules.confirm),
  ) as typeof changeable
  // If one of them is required, its own schema reports that.
  const eitherLogin = rules.identifiers.username === 'optional' && rules.identifiers.email === 'optional'
  const hasLogin = ({ username, email }: Given): boolean =>
    !eitherLogin || username !== undefined || email !== undefined

  const newcomer = {
    ...given,
    ...profile,
    ...own('given'),
    ...entry,
    deviceName: visible(lineOfText(100)).optional(),
  }

  return {
    newcomer: z.strictObject(newcomer).refine(hasLogin, needsLogin),
    register: z
      .strictObject({ ...newcomer, password: newPassword })
      .refine(hasLogin, needsLogin)
      .refine((input) => !isOwnName(input, rules.forbiddenWords), isNoName),
    create: z
      .strictObject({
        ...given,
        ...profile,
        ...own('given'),
        password: newPassword,
        emailVerified: brought.emailVerified,
        phoneVerified: brought.phoneVerified,
        age: brought.age,
      })
      .refine(hasLogin, needsLogin)
      .refine((input) => !isOwnName(input, rules.forbiddenWords), isNoName),
    import: z
      .strictObject({
        ...given,
        ...profile,
        ...own('given'),
        ...brought,
        passwordHash: z.string().max(1024).nullable(),
      })
      .refine(hasLogin, needsLogin),
    shadow: z.strictObject({ ...known, ...profile, ...own('changed'), ...brought }),
    edit: z.strictObject({
      ...edited,
      ...profile,
      ...own('changed'),
      currentPassword: currentPassword.optional(),
    }),
    update: z.strictObject({ ...changeable, ...profile, ...own('changed') }),
    setPassword: z.strictObject({ password: newPassword }),
    profile: z.strictObject({ ...profile, ...own('changed') }),
    changePassword: z.strictObject({
      currentPassword: currentPassword.optional(),
      newPassword,
    }),
    delete: z.strictObject({ password: currentPassword.optional() }),
  }
}

const needsLogin = {
  ...because({ code: 'required', message: 'Give a username or an email address' }),
  path: ['username'],
  when: isObject,
}

const isNoName = { ...because(ownName), path: ['password'], when: isObject }

/** For fields that may be invalid on their own, whatever their values. */
function isOwnName(
  { password, ...fields }: { password: unknown } & AccountNames,
  words: readonly string[],
): boolean {
  const names = Object.fromEntries(Object.entries(fields).filter(([, value]) => isShort(value)))
  return isShort(password) && isOwnPassword(password, names, words)
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= passwordMaxLength
}
