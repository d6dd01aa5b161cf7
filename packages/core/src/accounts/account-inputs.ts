import * as z from 'zod'
import { because, exactText, isObject, lineOfText, linesOfText, visible } from '../input.ts'
import type { AppFields, ChangedFields } from '../own-fields/app-fields.ts'
import type { FieldScope } from '../own-fields/field-scope.ts'
import { emailSchema, phoneSchema, usernameSchema } from './identifiers.ts'
import { type AccountNames, isCommon, isOwnPassword, isRepetitive, ownName } from './password-rules.ts'
import type { Identifier } from './user-store.ts'

/** Whether an account must, may or cannot have an identifier. */
export type Presence = 'required' | 'optional' | 'off'

/** How strangers come to have an account: freely, by an invitation, once somebody approves it, or not at all. */
export type SignUp = 'open' | 'invite' | 'approval' | 'closed'

/** How old somebody is, as a bracket, and who says so. */
export interface AgeInput {
  /** At least so many years. */
  from: number
  /** At most so many; `null` for no bound. */
  to: number | null
  /** In the app's own words: lower-case letters, digits and hyphens. */
  source: string
}

/** How old somebody is, as a bracket, and how that is known. */
export interface Age {
  /** At least so many years. */
  from: number
  /** At most so many; `null` for no bound. */
  to: number | null
  /** Who says so, in the app's own words: `declared`, `app-store`, `id-check`. */
  source: string
  /** Since when that is known; ISO 8601, UTC. */
  at: string
}

/** What the schemas depend on. */
export interface AccountRules {
  readonly identifiers: Readonly<Record<Identifier, Presence>>
  readonly reservedUsernames: ReadonlySet<string>
  /** Which address is confirmed by a code, and so not edited. */
  readonly confirm?: 'email' | 'phone' | null
  /** Of a password. */
  readonly minLength: number
  /** Words that no password may consist of: those that the app gives, and its issuer. */
  readonly forbiddenWords: readonly string[]
  /** Those of the app that anyone may see. */
  readonly fields?: FieldScope | null
  readonly ownFields?: FieldScope | null
  /** How strangers come to have an account. */
  readonly signUp?: SignUp
  /** Whether a registration says how old somebody is. */
  readonly age?: Presence
  /** Whether a registration may have to solve a puzzle. */
  readonly challenged?: boolean
}

/** What registration takes. Which identifiers are required is an option of Kith. */
export interface RegisterInput<Fields extends AppFields = AppFields> {
  username?: string | undefined
  email?: string | undefined
  phone?: string | undefined
  password: string
  name?: string | undefined
  bio?: string | undefined
  /** The app's own: `accounts.fields`. */
  fields?: Fields['public']['given'] | undefined
  /** The app's own that only the owner sees: `accounts.ownFields`. */
  ownFields?: Fields['own']['given'] | undefined
  /** The code of an invitation, where the app asks for one: `accounts.signUp`. */
  invitation?: string | undefined
  /** How old they say they are, where the app asks for it: `accounts.age`. */
  age?: AgeInput | undefined
  /** The solution of the puzzle, if one was posed: `challenge-required`. */
  solution?: string | undefined
  /** Shown in the session list; made from the `User-Agent` where it is absent. */
  deviceName?: string | undefined
}

/** A registration with a passkey in place of a password. */
export type NewcomerInput<Fields extends AppFields = AppFields> = Omit<RegisterInput<Fields>, 'password'>

/** An account that the host makes, for somebody who gets its password another way. */
export interface CreateAccountInput<Fields extends AppFields = AppFields> extends Omit<
  RegisterInput<Fields>,
  'deviceName' | 'invitation' | 'solution'
> {
  emailVerified?: boolean | undefined
  phoneVerified?: boolean | undefined
}

/** An account brought over from another system, with its password hash. */
export interface ImportInput<Fields extends AppFields = AppFields> extends Omit<
  RegisterInput<Fields>,
  'password' | 'deviceName' | 'invitation' | 'solution'
> {
  /** Argon2, or a form that one of the `passwords.legacy` verifiers reads; `null` for none. */
  passwordHash: string | null
  emailVerified?: boolean | undefined
  phoneVerified?: boolean | undefined
  createdAt?: Date | undefined
}

/** What a shadow account begins with. No identifier is needed, whatever options say: it is found by its external id. */
export interface ShadowInput<Fields extends AppFields = AppFields> extends Omit<
  ImportInput<Fields>,
  'passwordHash' | 'fields' | 'ownFields'
> {
  /** The app's own. None has to be given here, whatever its schema says. */
  fields?: ChangedFields<Fields['public']['given']> | undefined
  ownFields?: ChangedFields<Fields['own']['given']> | undefined
}

/** What can be changed of an account. `null` removes an identifier that is optional. */
export interface EditInput<Fields extends AppFields = AppFields> {
  username?: string | null | undefined
  email?: string | null | undefined
  phone?: string | null | undefined
  name?: string | undefined
  bio?: string | undefined
  /** The app's own that change; `null` removes one that is optional. */
  fields?: ChangedFields<Fields['public']['given']> | undefined
  ownFields?: ChangedFields<Fields['own']['given']> | undefined
  /** Needed to change the username, the email or the phone number, where the account has a password. */
  currentPassword?: string | undefined
}

/** What the host changes of any account. `null` removes an identifier that is optional. */
export type UpdateAccountInput<Fields extends AppFields = AppFields> = Omit<
  EditInput<Fields>,
  'currentPassword'
>

/** A change of password. */
export interface ChangePasswordInput {
  /** Needed where the account has one; one that has none proves who it is by `sessions.prove`, or has just signed in. */
  currentPassword?: string | undefined
  newPassword: string
}

/** Deletion of one's own account. */
export interface DeleteAccountInput {
  /** As `currentPassword` of {@link ChangePasswordInput}. */
  password?: string | undefined
}

/** The schemas of all account inputs, made for the rules of one Kith instance. */
export interface AccountInputs {
  register: z.ZodType<RegisterInput>
  /** Of {@link register} what somebody gives who has no password: who signs in elsewhere, or by a passkey. */
  newcomer: z.ZodType<NewcomerInput>
  create: z.ZodType<CreateAccountInput>
  import: z.ZodType<ImportInput>
  shadow: z.ZodType<ShadowInput>
  edit: z.ZodType<EditInput>
  update: z.ZodType<UpdateAccountInput>
  setPassword: z.ZodType<{ password: string }>
  /** Of {@link edit} what anybody may change who is signed in, by whatever sign-in. */
  profile: z.ZodType<Pick<EditInput, 'name' | 'bio' | 'fields' | 'ownFields'>>
  changePassword: z.ZodType<ChangePasswordInput>
  delete: z.ZodType<DeleteAccountInput>
}

/** Longer than any password a person keeps, short enough to hash in one go. */
export const passwordMaxLength = 256

/** The schema of the code of an invitation. What is no code at all is as wrong as any other. */
export const invitationField: z.ZodType<string> = z.string().min(1).max(200)

/** The schema of the solution of a puzzle. */
export const solutionField: z.ZodType<string> = z.string().min(1).max(8_192)

/** The schema of many ids. @reason A page of a list has as many, and each is a row to read. */
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

/** The schema of the role of an account: one of these, or where the app has named none any name. */
export function roleInput(roles: readonly string[] | null): z.ZodType<string> {
  return roles ? z.enum(roles as string[]) : roleName()
}

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
  // A field that the app does not ask for is told like any other unknown one.
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
  const known = fields<string | undefined>((name) => identifier[name].optional())
  const changeable = fields<string | null | undefined>((name, required) =>
    required ? identifier[name].optional() : identifier[name].nullish(),
  )
  const edited = Object.fromEntries(
    Object.entries(changeable).filter(([name]) => name !== rules.confirm),
  ) as typeof changeable
  // Where one of them is required, its own schema says so.
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
