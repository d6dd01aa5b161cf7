import type { AccountInputs, NewcomerInput } from '../accounts/account-inputs.ts'
import { demandUnbanned, withoutEndedBan } from '../accounts/bans.ts'
import type { Core } from '../core.ts'
import { announcedChange } from '../credentials/credential-changes.ts'
import { type Credential, showCredential } from '../credentials/credential-view.ts'
import { KithError, PasskeyUnknownError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import { agePart } from '../profiles/user.ts'
import { demandOwner } from '../sessions/actor.ts'
import { demandFresh } from '../sessions/freshness.ts'
import { openSession } from '../sessions/open-session.ts'
import type { SignIn } from '../sessions/session.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { addPasskey, defaultName } from './add-passkey.ts'
import {
  challengeOf,
  creationOptions,
  demandPasskeys,
  makeToken,
  namesOf,
  requestOptions,
  spendToken,
} from './passkey-challenge.ts'
import {
  type ConfirmPasskeyInput,
  type PasskeyCreationInput,
  type PasskeyInputs,
  passkeyInputs,
  type PasskeyLoginInput,
} from './passkey-inputs.ts'
import { beginRegistration, registerByPasskey } from './register-by-passkey.ts'
import { describePasskeys, userHandle } from './stored-passkey.ts'
import type { PasskeyCreationOptions, PasskeyRequestOptions } from './passkey-verifier.ts'
import { usePasskey } from './use-passkey.ts'

/** The options for a browser, and the token to return with its response. It works once, within ten minutes. */
export interface PasskeyStep<Options> {
  token: string
  options: Options
}

/**
 * The arguments of the signal methods of `PublicKeyCredential`, so that password managers show the current passkeys.
 */
export interface PasskeySignals {
  /** For `signalAllAcceptedCredentials()`. */
  allAcceptedCredentials: { rpId: string; userId: string; allAcceptedCredentialIds: string[] }
  /** For `signalCurrentUserDetails()`. */
  currentUserDetails: { rpId: string; userId: string; name: string; displayName: string }
}

/** Passkeys. A passkey is sufficient on its own: no second factor is required. */
export interface Passkeys<Fields extends AppFields = AppFields> {
  /** The schemas of the inputs below. */
  readonly inputs: PasskeyInputs & Pick<AccountInputs, 'newcomer'>
  /**
   * Starts adding a passkey. With `conditional` it is for `mediation: 'conditional'`, where a browser creates one
   * without asking: only right after a sign-in with a password. @throws proof-required, not-configured, rate-limited
   */
  beginAdd(
    viewer: Viewer,
    input?: { conditional?: boolean | undefined },
  ): Promise<PasskeyStep<PasskeyCreationOptions>>
  /**
   * Adds it, for the session that started it. @throws code-invalid, passkey-invalid, credential-taken,
   * too-many-credentials, rate-limited
   */
  confirmAdd(viewer: Viewer, input: ConfirmPasskeyInput, client?: ClientInfo): Promise<Credential>
  /**
   * Starts a sign-in without a username: the browser shows the available passkeys, also as autofill. @throws
   * not-configured, rate-limited
   */
  beginLogin(client?: ClientInfo): Promise<PasskeyStep<PasskeyRequestOptions>>
  /** Signs in. @throws code-invalid, passkey-invalid, passkey-unknown, account-banned, rate-limited */
  login(input: PasskeyLoginInput, client?: ClientInfo): Promise<SignIn<Fields>>
  /** Starts a proof with a passkey, for `sessions.prove`. @throws not-configured, rate-limited */
  beginProve(viewer: Viewer): Promise<PasskeyStep<PasskeyRequestOptions>>
  /**
   * Starts a registration with a passkey instead of a password. Not available with `accounts.confirm`.
   * @throws invalid-input, identifier-taken, not-configured, rate-limited
   */
  beginRegister(
    input: NewcomerInput<Fields>,
    client?: ClientInfo,
  ): Promise<PasskeyStep<PasskeyCreationOptions>>
  /** Creates the account and signs it in. @throws code-invalid, passkey-invalid, identifier-taken, invitation-invalid, approval-required, rate-limited */
  register(input: PasskeyCreationInput, client?: ClientInfo): Promise<SignIn<Fields>>
  /**
   * What a page signals to the viewer's password manager, after a sign-in and after a change. @throws unauthenticated,
   * not-configured
   */
  signals(viewer: Viewer): Promise<PasskeySignals>
  /**
   * The document at `/.well-known/webauthn` of `rpId`, which allows pages of other domains to use its passkeys. @throws
   * not-configured
   */
  relatedOrigins(): { origins: string[] }
}

/** Creates the passkeys of one Kith instance. */
export function createPasskeySignIn(core: Core, accountInputs: AccountInputs): Passkeys {
  const { config, limits } = core
  const { users, credentials } = core.storage
  const { newcomer: registerInput } = accountInputs

  /** No proof is required before a browser creates a passkey without asking: the password was just entered. */
  async function demandPassword({ sessionId }: Viewer): Promise<void> {
    const session = sessionId === null ? null : await core.storage.sessions.byId(sessionId)
    if (session && !session.methods.includes('pwd'))
      throw new KithError('proof-required', { detail: 'Sign in with your password, then try again.' })
  }

  return {
    inputs: { ...passkeyInputs, newcomer: registerInput },
    async beginAdd(viewer, input = {}) {
      const verifier = demandPasskeys(core)
      await limits.byAccount('changeByAccount', viewer.userId)
      const { conditional = false } = parseInput(passkeyInputs.beginAdd, input)
      await demandFresh(core, viewer, config.sessions.freshForSeconds)
      if (conditional) await demandPassword(viewer)
      const user = await users.byId(viewer.userId)
      if (!user) throw new KithError('unauthenticated')
      const exclude = describePasskeys(await credentials.byUser(user.id))
      const data = { sessionId: viewer.sessionId, conditional }
      const token = await makeToken(core, { purpose: 'add-passkey', userId: user.id, data })
      return { token, options: creationOptions(verifier, { token, user, exclude, conditional }) }
    },
    async confirmAdd(viewer, input, client = {}) {
      const verifier = demandPasskeys(core)
      const { token, response, name: given } = parseInput(passkeyInputs.confirmAdd, input)
      await limits.byAccount('changeByAccount', viewer.userId)
      await demandOwner(core, viewer)
      const { userId, data } = await spendToken(core, 'add-passkey', { token, client })
      if (userId !== viewer.userId || data.sessionId !== viewer.sessionId) throw new KithError('code-invalid')
      const expected = { challenge: challengeOf(token), conditional: data.conditional }
      const passkey = await verifier.verifyCreation(response, expected)
      const name = given ?? defaultName(passkey)
      const id = core.makeId()
      const { rows, tell } = await announcedChange(
        core,
        { id, userId, kind: 'passkey', name },
        { change: 'added', cause: { viewer, client } },
      )
      const record = await addPasskey(core, { id, userId, passkey, name, rows })
      tell()
      core.outgoing.kick()
      return showCredential(core, record)
    },
    async beginLogin(client = {}) {
      const verifier = demandPasskeys(core)
      await limits.byAddress('challengeByAddress', client)
      const token = await makeToken(core, { purpose: 'login-passkey', userId: null, data: {} })
      return { token, options: requestOptions(verifier, token) }
    },
    async login(input, client = {}) {
      demandPasskeys(core)
      const { deviceName, ...proof } = parseInput(passkeyInputs.login, input)
      await spendToken(core, 'login-passkey', { token: proof.token, client })
      const { credential, method } = await usePasskey(core, { ...proof, client, ownerId: null })
      const found = await users.byId(credential.userId)
      // Deleted since it was read.
      if (!found)
        throw new PasskeyUnknownError({ rpId: demandPasskeys(core).rpId, credentialId: credential.subject })
      const user = await withoutEndedBan(core, found)
      demandUnbanned(user)
      await core.askPolicy('session.open', {
        input: { userId: user.id, ...agePart(user) },
        viewer: null,
        client,
      })
      return await openSession(core, {
        user,
        client,
        deviceName,
        methods: [method, 'user', 'mfa'],
        announce: true,
        refusal: 'passkey-invalid',
        stillHolds: async () =>
          (await credentials.bySubject('passkey', credential.subject))?.id === credential.id,
      })
    },
    async beginProve(viewer) {
      const verifier = demandPasskeys(core)
      await limits.byAccount('changeByAccount', viewer.userId)
      const data = { sessionId: viewer.sessionId }
      const token = await makeToken(core, { purpose: 'prove-passkey', userId: viewer.userId, data })
      const allow = describePasskeys(await credentials.byUser(viewer.userId))
      return { token, options: requestOptions(verifier, token, allow) }
    },
    beginRegister: (input, client = {}) => beginRegistration(core, registerInput, { input, client }),
    register: (input, client = {}) => registerByPasskey(core, input, client),
    async signals({ userId: id }) {
      const { rpId } = demandPasskeys(core)
      const user = await users.byId(id)
      if (!user) throw new KithError('unauthenticated')
      const userId = userHandle(id)
      const known = describePasskeys(await credentials.byUser(id))
      return {
        allAcceptedCredentials: { rpId, userId, allAcceptedCredentialIds: known.map((each) => each.id) },
        currentUserDetails: { rpId, userId, ...namesOf(user) },
      }
    },
    relatedOrigins: () => ({
      origins: demandPasskeys(core).origins.filter((origin) => /^https?:/.test(origin)),
    }),
  }
}
