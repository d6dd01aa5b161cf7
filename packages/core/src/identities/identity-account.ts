import type { AccountInputs, RegisterInput } from '../accounts/account-inputs.ts'
import { newAccount, present } from '../accounts/account-steps.ts'
import { releaseAddress } from '../accounts/address-claims.ts'
import { readLogin } from '../accounts/identifiers.ts'
import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { credentialChange, demandAdded } from '../credentials/credential-changes.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { unread } from '../own-fields/stored-fields.ts'
import { demandEntry, saveNewcomer } from '../sign-up/newcomers.ts'
import { type ClientInfo, viewerOf } from '../viewer.ts'
import type { ForeignIdentity } from './identity-provider.ts'
import { addIdentity, type AddedIdentity, credentialOf, findIdentity } from './stored-identity.ts'

/** The input of a registration by an identity. */
export type IdentityFields = Omit<RegisterInput, 'password'>

/** Profile data of an identity for its account. */
export function knownFields({ config }: Core, { verifiedEmail, name }: ForeignIdentity): IdentityFields {
  return {
    ...(verifiedEmail !== null && config.accounts.identifiers.email !== 'off' && { email: verifiedEmail }),
    ...(name !== null && { name }),
  }
}

/** The username at the provider, if it is available here. */
export async function suggestUsername(
  core: Core,
  inputs: Pick<AccountInputs, 'newcomer'>,
  identity: ForeignIdentity,
): Promise<string | null> {
  if (identity.username === null) return null
  const given = { ...knownFields(core, identity), username: identity.username }
  const { error } = inputs.newcomer.safeParse(given)
  if (error?.issues.some(({ path }) => path[0] === 'username')) return null
  const login = readLogin(identity.username)
  if (!('username' in login)) return null
  return (await core.storage.users.byLogin(login)) ? null : login.username
}

/** @throws identity-refused if the app requires a confirmed address and the provider has none */
export function demandConfirmed({ config }: Core, { verifiedEmail }: ForeignIdentity): void {
  const { confirm } = config.accounts
  if (confirm === null || (confirm === 'email' && verifiedEmail !== null)) return
  throw new KithError('identity-refused', {
    detail:
      'This app requires a confirmed email address, and the provider did not send one. Register here, then link the provider in your settings.',
  })
}

/** The arguments of {@link registerIdentity}. */
interface Registering extends Omit<AddedIdentity, 'userId'> {
  given: IdentityFields
  client: ClientInfo
}

/**
 * Parses the fields of a new account, calls the policy, and creates the account.
 * @throws invalid-input, sign-up-closed, invitation-invalid, identifier-taken, policy-refused, rate-limited
 */
export async function registerIdentity(
  core: Core,
  inputs: Pick<AccountInputs, 'newcomer'>,
  { given, client, identity, title }: Registering,
): Promise<{ userId: string; isNew: boolean; deviceName: string | undefined }> {
  const parsed = parseInput(inputs.newcomer, given)
  await demandEntry(core, { client, invitation: parsed.invitation })
  await core.limits.byAddress('registerByAddress', client)
  const changed = await core.askPolicy('account.register', { input: parsed, viewer: null, client })
  const { deviceName, invitation, ...fields } = changed
    ? parseInput(inputs.newcomer, { ...parsed, ...unread(parsed, given), ...changed })
    : parsed
  // An app with confirmed addresses does not accept one that was typed here.
  if (core.config.accounts.confirm === 'email' && fields.email !== identity.verifiedEmail)
    throw new KithError('identity-refused', { detail: 'Keep the email address that the provider confirmed.' })
  return { ...(await createAccount(core, { fields, invitation, identity, title, client })), deviceName }
}

interface NewAccount extends Omit<AddedIdentity, 'userId'> {
  fields: Omit<IdentityFields, 'deviceName' | 'invitation'>
  invitation: string | undefined
  client: ClientInfo
}

/**
 * Creates the account. It gets its address after it has the identity, so that neither an account left without one by a
 * crash, nor the losers of concurrent calls, from two tabs for example, block the address.
 */
async function createAccount(
  core: Core,
  { identity, title, fields, invitation, client }: NewAccount,
): Promise<{ userId: string; isNew: boolean }> {
  const { verifiedEmail } = identity
  const proved = fields.email === verifiedEmail ? verifiedEmail : null
  const user = newAccount(core, present({ ...fields, ...(proved !== null && { email: undefined }) }))
  const { id: userId } = user
  const cause = { viewer: viewerOf(userId), client }
  async function prepare(): Promise<void> {
    const credential = credentialOf(core, { userId, identity, title })
    const change = credentialChange(core, credential, { change: 'added', cause })
    demandAdded(await addIdentity(core, credential, change))
  }
  try {
    await saveNewcomer(core, { user, client, invitation, prepare })
  } catch (error) {
    const winner = await findIdentity(core, identity)
    if (winner && winner.userId !== userId) return { userId: winner.userId, isNew: false }
    throw error
  }
  if (proved !== null) await giveAddress(core, userId, { email: proved, cause })
  return { userId, isNew: true }
}

/** Gives an account an address that the provider has verified. Takes it from an account that has not verified it. */
async function giveAddress(
  core: Core,
  userId: string,
  { email, cause }: { email: string; cause: Cause },
): Promise<void> {
  await releaseAddress(core, { kind: 'email', address: email }, userId)
  const told = { userId, fields: ['email', 'emailVerified'] }
  const { outcome } = await core.storage.users.update(
    userId,
    { email, emailVerifiedAt: core.clock(), expected: { email: null } },
    undefined,
    core.rowsOf('account.edited', () => told, cause),
  )
  if (outcome === 'updated') core.emit('account.edited', told)
}
