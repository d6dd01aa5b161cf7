import type { AccountInputs } from '../accounts/account-inputs.ts'
import { admit } from '../accounts/admit.ts'
import { demandUnbanned, withoutEndedBan } from '../accounts/bans.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { demandSecondFactor } from '../factors/second-factor.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import { agePart } from '../profiles/user.ts'
import { demandFresh } from '../sessions/freshness.ts'
import { openSession } from '../sessions/open-session.ts'
import type { SignIn } from '../sessions/session.ts'
import { type ClientInfo, type Viewer, viewerOf } from '../viewer.ts'
import { demandConfirmed, knownFields, registerIdentity, suggestUsername } from './identity-account.ts'
import { codeOf, demandProvider, identify, type IdentityFlow, secretCode, urlOf } from './identity-flow.ts'
import {
  type BeginIdentityInput,
  beginIdentityInput,
  type CompleteIdentityInput,
  type DetailsNeeded,
  type FinishIdentityInput,
  type IdentityBegun,
  type IdentityFinished,
} from './identity-inputs.ts'
import type { ForeignIdentity } from './identity-provider.ts'
import { demandEntry } from '../sign-up/newcomers.ts'
import { demandLinkable, linkIdentity, verifiedHolder } from './link-identity.ts'
import { findIdentity, markUsed } from './stored-identity.ts'

/** Who starts a sign-in with a provider. */
export interface IdentityBeginner {
  viewer?: Viewer | undefined
  client?: ClientInfo | undefined
}

/** Sign-in with other providers. An identity is an issuer and its subject, never an email address. */
export interface Identities<Fields extends AppFields = AppFields> {
  /**
   * Starts a sign-in with a provider. Linking requires a viewer with a fresh proof.
   * @throws provider-not-found, provider-unavailable, invalid-input, unauthenticated, session-revoked, proof-required,
   * rate-limited
   */
  begin(provider: string, input: BeginIdentityInput, by?: IdentityBeginner): Promise<IdentityBegun>
  /**
   * Signs in, or links, after the browser returned; each response works once. If the account has a second factor, it is
   * required as after a password.
   * @throws code-invalid for another browser, another provider, or a second time; provider-unavailable,
   * identity-refused, link-required, credential-taken, second-factor-required, account-banned, sign-up-closed,
   * invitation-invalid, approval-required, policy-refused, rate-limited
   */
  finish(provider: string, input: FinishIdentityInput, client?: ClientInfo): Promise<IdentityFinished<Fields>>
  /**
   * Creates an account for which data was missing, and signs it in.
   * @throws code-invalid, invalid-input, identifier-taken, identity-refused, sign-up-closed, invitation-invalid,
   * approval-required, policy-refused, rate-limited
   */
  complete(input: CompleteIdentityInput<Fields>, client?: ClientInfo): Promise<SignIn<Fields>>
}

/** An account to open by its identity. */
interface Opening {
  userId: string
  identity: ForeignIdentity
  deviceName: string | undefined
  client: ClientInfo
}

/** Creates the identities of one Kith instance. */
export function createIdentities(core: Core, inputs: Pick<AccountInputs, 'newcomer'>): Identities {
  const { config, limits, codes } = core

  const randomSecret = (): string => Buffer.from(config.random(32)).toString('base64url')

  async function open({ userId, identity, ...opening }: Opening): Promise<SignIn> {
    const { client } = opening
    const found = await core.storage.users.byId(userId)
    if (!found) throw new KithError('identity-refused', { detail: 'Try again.' })
    const user = await withoutEndedBan(core, found)
    demandUnbanned(user)
    await core.askPolicy('session.open', { input: { userId, ...agePart(user) }, viewer: null, client })
    const methods = ['fed']
    await demandSecondFactor(core, { ...opening, user, methods })
    const signIn = await openSession(core, {
      ...opening,
      user,
      methods,
      announce: true,
      stillHolds: async () => (await findIdentity(core, identity))?.userId === userId,
    })
    await markUsed(core, identity)
    return signIn
  }

  /** The account with this identity: the one it is linked to, or one with an address that both sides have verified. */
  async function ownerOf(
    { provider }: IdentityFlow,
    identity: ForeignIdentity,
    client: ClientInfo,
  ): Promise<string | null> {
    const known = await findIdentity(core, identity)
    if (known) return known.userId
    const holder = await verifiedHolder(core, identity)
    if (!holder) return null
    await demandLinkable(core, holder)
    const { title } = demandProvider(core, provider)
    await linkIdentity(core, { userId: holder.id, identity, title }, { viewer: viewerOf(holder.id), client })
    return holder.id
  }

  async function askForDetails(
    { provider, invitation, deviceName, returnTo }: IdentityFlow,
    identity: ForeignIdentity,
    missing: string[],
  ): Promise<DetailsNeeded> {
    const data = { provider, identity, invitation, deviceName }
    const { flow, token } = await codes.make({ purpose: 'identity-details', userId: null, data })
    const { name, verifiedEmail: email } = identity
    const suggestion = { username: await suggestUsername(core, inputs, identity), name, email }
    return { kind: 'details-needed', token: `${flow}.${token}`, missing, suggestion, returnTo }
  }

  async function signIn(
    flow: IdentityFlow,
    identity: ForeignIdentity,
    client: ClientInfo,
  ): Promise<IdentityFinished> {
    const { provider, returnTo } = flow
    const opening = { identity, client, deviceName: flow.deviceName ?? undefined }
    const owner = await ownerOf(flow, identity, client)
    if (owner !== null)
      return { kind: 'signed-in', signIn: await open({ ...opening, userId: owner }), isNew: false, returnTo }
    demandConfirmed(core, identity)
    const given = { ...knownFields(core, identity), ...invited(flow) }
    const { error } = inputs.newcomer.safeParse(given)
    // Do not show a form to someone who could not register with it.
    if (error && (core.config.accounts.signUp !== 'invite' || given.invitation !== undefined))
      await demandEntry(core, { client, invitation: given.invitation })
    if (error)
      return await askForDetails(flow, identity, [...new Set(error.issues.map(({ path }) => path.join('.')))])
    const { title } = demandProvider(core, provider)
    const { userId, isNew } = await registerIdentity(core, inputs, { given, client, identity, title })
    return { kind: 'signed-in', signIn: await open({ ...opening, userId }), isNew, returnTo }
  }

  return {
    async begin(name, input, { viewer, client = {} } = {}) {
      await limits.byAddress('loginByAddress', client)
      demandProvider(core, name)
      const {
        purpose,
        returnTo = '/',
        invitation = null,
        deviceName = null,
      } = parseInput(beginIdentityInput, input)
      if (purpose === 'link') await demandOwner(viewer)
      const flow = {
        provider: name,
        nonce: randomSecret(),
        codeVerifier: randomSecret(),
        returnTo,
        invitation,
        deviceName,
        viewer: purpose === 'link' && viewer ? viewer : null,
      }
      const userId = flow.viewer?.userId ?? null
      const secrets = await codes.make({ purpose: 'identity', userId, data: flow })
      return { url: await urlOf(core, flow, secrets.flow), browser: secrets.token }
    },
    async finish(name, input, client = {}) {
      const { data: flow } = await codes.consume('identity', codeOf(input), client)
      // Each provider has its own callback, so a response sent to the callback of another provider is useless.
      if (flow.provider !== name) throw new KithError('code-invalid')
      const identity = await identify(core, flow, input.answer)
      if (!flow.viewer) return await signIn(flow, identity, client)
      const { id: userId } = await admit(core, flow.viewer)
      await linkIdentity(
        core,
        { userId, identity, title: demandProvider(core, name).title },
        { viewer: flow.viewer, client },
      )
      return { kind: 'linked', returnTo: flow.returnTo }
    },
    async complete({ token, ...given }, client = {}) {
      await limits.byAddress('registerAttemptByAddress', client)
      const { data, giveBack } = await codes.consume('identity-details', secretCode(token), client)
      const { identity, provider } = data
      const { title } = demandProvider(core, provider)
      const fields = { ...knownFields(core, identity), ...invited(data), ...given }
      const registering = { given: fields, client, identity, title }
      const registered = await registerIdentity(core, inputs, registering).catch(async (error: unknown) => {
        await giveBack()
        throw error
      })
      const deviceName = registered.deviceName ?? data.deviceName ?? undefined
      return await open({ userId: registered.userId, identity, client, deviceName })
    },
  }

  /** The invitation that the user brought. */
  function invited({ invitation }: Pick<IdentityFlow, 'invitation'>): { invitation?: string } {
    return config.accounts.signUp === 'invite' && invitation ? { invitation } : {}
  }

  async function demandOwner(viewer: Viewer | undefined): Promise<void> {
    if (!viewer) throw new KithError('unauthenticated')
    await limits.byAccount('changeByAccount', viewer.userId)
    await demandFresh(core, viewer, config.sessions.freshForSeconds)
  }
}
