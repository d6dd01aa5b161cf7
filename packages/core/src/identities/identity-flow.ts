import type { CodeData } from '../codes/code-purposes.ts'
import type { CodeInput } from '../codes/codes.ts'
import type { Core } from '../core.ts'
import { type AnyKithError, isKithError, KithError } from '../errors.ts'
import type { FinishIdentityInput } from './identity-inputs.ts'
import type { ForeignIdentity, IdentityChecks, IdentityProvider } from './identity-provider.ts'
import { foreignIdentity } from './stored-identity.ts'

/** A sign-in with a provider, there and back. */
export type IdentityFlow = CodeData['identity']

/** The provider with this name. @throws provider-not-found */
export function demandProvider({ config: { providers } }: Core, name: string): IdentityProvider {
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined
  if (!provider) throw new KithError('provider-not-found')
  return provider
}

/** Where the browser of a flow is sent. @throws provider-unavailable, identity-refused */
export async function urlOf(core: Core, flow: IdentityFlow, state: string): Promise<string> {
  const provider = demandProvider(core, flow.provider)
  const url = async () => (await provider.authorizationUrl(checksOf(core, flow, state))).href
  return await ask(core, flow, { work: url, secrets: [state] })
}

/** Longer than a response with the longest codes. */
const answerMaxLength = 16_384

/**
 * Identifies the flow of a browser that returned: by `state`, and by the secret that proves that it is the same
 * browser. The six digits that codes also have could be guessed, and are not accepted. @throws code-invalid
 */
export function codeOf({ answer, browser }: FinishIdentityInput): CodeInput {
  const flow = answer.get('state') ?? ''
  if (answer.toString().length > answerMaxLength) throw new KithError('code-invalid')
  return secretCode(`${flow}.${browser}`)
}

/** Parses `flow.token`. @throws code-invalid for anything else */
export function secretCode(text: string): CodeInput {
  const [, flow = '', code = ''] = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(text) ?? []
  if (flow === '') throw new KithError('code-invalid')
  return { flow, code }
}

/** The identity of the returning user. @throws identity-refused, provider-unavailable */
export async function identify(
  core: Core,
  flow: IdentityFlow,
  answer: URLSearchParams,
): Promise<ForeignIdentity> {
  if (declined.includes(answer.get('error') ?? ''))
    throw new KithError('identity-refused', { detail: 'The sign-in was canceled at the provider.' })
  const provider = demandProvider(core, flow.provider)
  const checks = checksOf(core, flow, answer.get('state') ?? '')
  return await ask(core, flow, {
    work: async () => foreignIdentity.parse(await provider.identify(answer, checks)),
    secrets: [...answer.values()],
  })
}

/** A user's cancellation, and Apple's word for it. */
const declined: readonly string[] = ['access_denied', 'user_cancelled_authorize']

function checksOf(
  { config: { publicUrl, prefix } }: Core,
  { provider, nonce, codeVerifier }: IdentityFlow,
  state: string,
): IdentityChecks {
  return { redirectUri: `${publicUrl}${prefix}/auth/${provider}/callback`, state, nonce, codeVerifier }
}

/** A call to a provider. */
interface Question<Answer> {
  work(): Promise<Answer>
  /** Parts of it that must not be logged. */
  secrets: readonly string[]
}

/**
 * The reason for a provider's rejection is logged, without the arguments; a client only learns whether retrying helps.
 */
async function ask<Answer>(
  { config: { log } }: Core,
  { provider, codeVerifier, nonce }: IdentityFlow,
  { work, secrets }: Question<Answer>,
): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    const unavailable = unavailableIn(error)
    if (unavailable) throw unavailable
    log.warn('identity.refused', {
      error,
      kind: provider,
      fields: { provider },
      secrets: () => [codeVerifier, nonce, ...secrets],
    })
    throw new KithError('identity-refused', { detail: 'Try again, or sign in another way.' })
  }
}

/** Libraries wrap the errors of their requests. */
function unavailableIn(error: unknown): AnyKithError | null {
  for (let at = error; at instanceof Error; at = at.cause)
    if (isKithError(at) && at.code === 'provider-unavailable') return at
  return null
}
