import { type AccountInputs, type RegisterInput } from '../accounts/account-inputs.ts'
import { deleteAccount, newAccount, present } from '../accounts/account-steps.ts'
import { saveAccountAt } from '../accounts/address-claims.ts'
import { readLogin } from '../accounts/identifiers.ts'
import { verifyAddress } from '../accounts/verification.ts'
import type { Core } from '../core.ts'
import { demandAdded } from '../credentials/credential-changes.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { unread } from '../own-fields/stored-fields.ts'
import type { ClientInfo } from '../viewer.ts'
import type { ForeignIdentity } from './identity-provider.ts'
import { addIdentity, type AddedIdentity, findIdentity } from './stored-identity.ts'

/** The input of a registration by an identity. */
export type IdentityFields = Omit<RegisterInput, 'password'>

/** What an identity says of its account. */
export function knownFields({ config }: Core, { verifiedEmail, name }: ForeignIdentity): IdentityFields {
  return {
    ...(verifiedEmail !== null && config.accounts.identifiers.email !== 'off' && { email: verifiedEmail }),
    ...(name !== null && { name }),
  }
}

/** The username that somebody has elsewhere, where it could be theirs here. */
export async function suggestUsername(
  core: Core,
  inputs: Pick<AccountInputs, 'identity'>,
  identity: ForeignIdentity,
): Promise<string | null> {
  if (identity.username === null) return null
  const given = { ...knownFields(core, identity), username: identity.username }
  const { error } = inputs.identity.safeParse(given)
  if (error?.issues.some(({ path }) => path[0] === 'username')) return null
  const login = readLogin(identity.username)
  if (!('username' in login)) return null
  return (await core.storage.users.byLogin(login)) ? null : login.username
}

/** @throws identity-refused where the app has an address confirmed and the provider does not do that */
export function demandConfirmed({ config }: Core, { verifiedEmail }: ForeignIdentity): void {
  const { confirm } = config.accounts
  if (confirm === null || (confirm === 'email' && verifiedEmail !== null)) return
  throw new KithError('identity-refused', {
    detail:
      'This app needs an address that is confirmed, and gets none from there. Register here, then link it in your settings.',
  })
}

/** What {@link registerIdentity} is given. */
interface Registering extends Omit<AddedIdentity, 'userId'> {
  given: IdentityFields
  client: ClientInfo
}

/** Reads the fields of a new account, asks the policy, and makes it. @throws invalid-input, identifier-taken, policy-refused, rate-limited */
export async function registerIdentity(
  core: Core,
  inputs: Pick<AccountInputs, 'identity'>,
  { given, client, identity, title }: Registering,
): Promise<{ userId: string; isNew: boolean; deviceName: string | undefined }> {
  const parsed = parseInput(inputs.identity, given)
  await core.limits.byAddress('registerByAddress', client)
  const changed = await core.askPolicy('account.register', { input: parsed, viewer: null, client })
  const { deviceName, ...fields } = changed
    ? parseInput(inputs.identity, { ...parsed, ...unread(parsed, given), ...changed })
    : parsed
  // An app that has addresses confirmed takes none that was typed here.
  if (core.config.accounts.confirm === 'email' && fields.email !== identity.verifiedEmail)
    throw new KithError('identity-refused', { detail: 'Keep the address that the provider has confirmed.' })
  return { ...(await createAccount(core, { fields, identity, title })), deviceName }
}

interface NewAccount extends Omit<AddedIdentity, 'userId'> {
  fields: Omit<IdentityFields, 'deviceName'>
}

/**
 * Its address is marked as verified last, after it has the identity: an account that a crash has left without either keeps nobody from
 * coming back with the address. Where another call has given the identity to an account meanwhile, from a second tab for instance, that is the one.
 */
async function createAccount(
  core: Core,
  { identity, title, fields }: NewAccount,
): Promise<{ userId: string; isNew: boolean }> {
  const user = newAccount(core, present(fields))
  const { id: userId } = user
  const proved =
    identity.verifiedEmail !== null && user.email === identity.verifiedEmail
      ? ({ kind: 'email', address: identity.verifiedEmail } as const)
      : null
  await saveAccountAt(core, user, proved)
  const added = await addIdentity(core, { userId, identity, title })
  if (added !== 'added') {
    await deleteAccount(core, userId, false)
    const winner = await findIdentity(core, identity)
    if (winner) return { userId: winner.userId, isNew: false }
    demandAdded(added)
  }
  if (proved) await verifyAddress(core, userId, proved)
  return { userId, isNew: true }
}
