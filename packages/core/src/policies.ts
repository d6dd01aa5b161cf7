import type { Age, EditInput, RegisterInput } from './accounts/account-inputs.ts'
import { KithError } from './errors.ts'
import type { MediaType } from './media/media-type.ts'
import type { UnknownFields } from './own-fields/app-fields.ts'
import type { PostMedia } from './posts/post-store.ts'
import type { ClientInfo, Viewer } from './viewer.ts'

/** The input of each policy, as parsed by Kith, without passwords. */
export interface PolicyInputs {
  /** An account is about to be created by registration. */
  'account.register': Omit<RegisterInput, 'password'>
  /** A user is about to change their own account. */
  'account.edit': Omit<EditInput, 'currentPassword'>
  /**
   * Someone has proved to be the owner of this account, and a session is about to be opened. `age` is present if the
   * owner's age bracket is known.
   */
  'session.open': { userId: string; age?: Age }
  /** A post is about to be published. */
  'post.create': { caption: string; media: readonly PostMedia[]; fields?: UnknownFields }
  /** A caption, or the app's own fields, are about to be changed. */
  'post.edit': { postId: string; caption?: string | undefined; fields?: UnknownFields | undefined }
  /** A file is about to be uploaded. Type and size are known only if it goes directly to the media host. */
  'media.add': { contentType: MediaType | null; size: number | null }
  /** An account is about to be followed; the caller named it by id or username. */
  'follow.add': { username: string } | { id: string }
}

/** The name of a policy. */
export type PolicyName = keyof PolicyInputs

/** Whether a policy may change its input, by its name. */
const mayChange = {
  'account.register': true,
  'account.edit': true,
  'session.open': false,
  'post.create': true,
  'post.edit': true,
  'media.add': false,
  'follow.add': false,
} as const

/** The policies that may change the input; it is checked again afterwards. */
export type ChangingPolicyName = {
  [Name in PolicyName]: (typeof mayChange)[Name] extends true ? Name : never
}[PolicyName]

/** The arguments of a policy. */
export interface PolicyCall<Name extends PolicyName = PolicyName> {
  readonly input: PolicyInputs[Name]
  /** The caller; `null` for a registration and a sign-in. */
  readonly viewer: Viewer | null
  /** What the transport knows about the client; absent for `post.edit`. */
  readonly client: ClientInfo
}

/** Nothing to allow the call; `refuse` with a reason for the caller; `input` with the fields to use instead. */
export type Verdict<Name extends PolicyName> =
  | undefined
  | { readonly refuse: string }
  | (Name extends ChangingPolicyName ? { readonly input: ChangedInput<Name> } : never)

type ChangedInput<Name extends PolicyName> = Partial<
  Omit<PolicyInputs[Name], Name extends 'post.create' ? 'media' : 'postId'>
>

/** Decides whether a call may proceed. If it throws, the call fails with that error; Kith waits as long as it takes. */
export type Policy<Name extends PolicyName> = (
  call: PolicyCall<Name>,
) => Verdict<Name> | Promise<Verdict<Name>> | void | Promise<void>

/** The rules of an app, each called before Kith changes anything. They do not apply to the verbs of the host. */
export type Policies = { readonly [Name in PolicyName]?: Policy<Name> | undefined }

/** Every name that {@link Policies} may have. */
export const policyNames: readonly PolicyName[] = Object.freeze(Object.keys(mayChange) as PolicyName[])

/** Calls a policy. Resolves to the fields to use instead, or to `null` if it changes nothing. @throws policy-refused */
export type AskPolicy = <Name extends PolicyName>(
  name: Name,
  call: PolicyCall<Name>,
) => Promise<Partial<PolicyInputs[Name]> | null>

/** Creates the policy check of one Kith instance. */
export function createAskPolicy(policies: Policies): AskPolicy {
  return async (name, call) => {
    const verdict: unknown = await policies[name]?.(call)
    if (verdict === undefined) return null
    const { refuse, input } = Object(verdict) as { refuse?: unknown; input?: unknown }
    if (typeof refuse === 'string') throw new KithError('policy-refused', { detail: refuse })
    if (typeof input === 'object' && input !== null && mayChange[name]) return input
    // An unreadable verdict refuses the call.
    const change = mayChange[name] ? ' or { input: { … } }' : ''
    throw new TypeError(`policies['${name}']: return nothing, { refuse: 'a reason' }${change}`)
  }
}
