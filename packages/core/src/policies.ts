import type { Age, EditInput, RegisterInput } from './accounts/account-inputs.ts'
import { KithError } from './errors.ts'
import type { MediaType } from './media/media-type.ts'
import type { UnknownFields } from './own-fields/app-fields.ts'
import type { PostMedia } from './posts/post-store.ts'
import type { ClientInfo, Viewer } from './viewer.ts'

/** What each policy is asked about: the input as Kith has parsed it, without passwords. */
export interface PolicyInputs {
  /** An account is about to be created by registration. */
  'account.register': Omit<RegisterInput, 'password'>
  /** A user is about to change their own account. */
  'account.edit': Omit<EditInput, 'currentPassword'>
  /** Somebody has proved to be this account, and a session is about to be opened for it. `age` is there where somebody has said how old its owner is. */
  'session.open': { userId: string; age?: Age }
  /** A post is about to be published. */
  'post.create': { caption: string; media: readonly PostMedia[]; fields?: UnknownFields }
  /** A caption, or fields of the app's own, are about to be changed. */
  'post.edit': { postId: string; caption?: string | undefined; fields?: UnknownFields | undefined }
  /** A file is about to be sent. Type and size are known only where it goes straight to the host of the media. */
  'media.add': { contentType: MediaType | null; size: number | null }
  /** An account is about to be followed, which the caller named one way or the other. */
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

/** What a policy is asked with. */
export interface PolicyCall<Name extends PolicyName = PolicyName> {
  readonly input: PolicyInputs[Name]
  /** Who asks; `null` for a registration and a sign-in. */
  readonly viewer: Viewer | null
  /** What the transport knows of the client; nothing for `post.edit`. */
  readonly client: ClientInfo
}

/** Nothing to allow it; `refuse` with a reason for the person who asked; `input` with the fields to be used instead. */
export type Verdict<Name extends PolicyName> =
  | undefined
  | { readonly refuse: string }
  | (Name extends ChangingPolicyName ? { readonly input: ChangedInput<Name> } : never)

type ChangedInput<Name extends PolicyName> = Partial<
  Omit<PolicyInputs[Name], Name extends 'post.create' ? 'media' : 'postId'>
>

/** Decides whether a call may go on. One that fails refuses the call with the error that it threw; Kith waits as long as it takes. */
export type Policy<Name extends PolicyName> = (
  call: PolicyCall<Name>,
) => Verdict<Name> | Promise<Verdict<Name>> | void | Promise<void>

/** The rules of an app, each asked before Kith changes anything. The host's verbs are not asked about. */
export type Policies = { readonly [Name in PolicyName]?: Policy<Name> | undefined }

/** Every name that {@link Policies} may have. */
export const policyNames: readonly PolicyName[] = Object.freeze(Object.keys(mayChange) as PolicyName[])

/** Asks a policy. Resolves to the fields to be used instead, or to `null` where it changes nothing. @throws policy-refused */
export type AskPolicy = <Name extends PolicyName>(
  name: Name,
  call: PolicyCall<Name>,
) => Promise<Partial<PolicyInputs[Name]> | null>

/** Creates what asks the policies of one Kith instance. */
export function createAskPolicy(policies: Policies): AskPolicy {
  return async (name, call) => {
    const verdict: unknown = await policies[name]?.(call)
    if (verdict === undefined) return null
    const { refuse, input } = Object(verdict) as { refuse?: unknown; input?: unknown }
    if (typeof refuse === 'string') throw new KithError('policy-refused', { detail: refuse })
    if (typeof input === 'object' && input !== null && mayChange[name]) return input
    // A verdict that cannot be read lets nothing pass.
    const change = mayChange[name] ? ' or { input: { … } }' : ''
    throw new TypeError(`policies['${name}']: return nothing, { refuse: 'a reason' }${change}`)
  }
}
