import type { AccountInputs, NewcomerInput } from '../accounts/account-inputs.ts'
import { newAccount, present, taken } from '../accounts/account-steps.ts'
import { readRegistration } from '../accounts/registration.ts'
import type { Identifier, Login, UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { isKithError, KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { openSession } from '../sessions/open-session.ts'
import type { SignIn } from '../sessions/session.ts'
import { type ClientInfo, viewerOf } from '../viewer.ts'
import { addPasskey } from './add-passkey.ts'
import { challengeOf, creationOptions, demandPasskeys, makeToken, spendToken } from './passkey-challenge.ts'
import { type PasskeyCreationInput, passkeyInputs } from './passkey-inputs.ts'
import type { NewPasskey, PasskeyCreationOptions } from './passkey-verifier.ts'

/** Reads the input of a registration, and makes the options of its passkey. */
export async function beginRegistration(
  core: Core,
  schema: AccountInputs['newcomer'],
  { input, client }: { input: NewcomerInput; client: ClientInfo },
): Promise<{ token: string; options: PasskeyCreationOptions }> {
  const verifier = demandPasskeys(core)
  demandOpen(core)
  const { deviceName = null, ...fields } = await readRegistration(core, schema, { input, client })
  const user = newAccount(core, present(fields))
  await demandFree(core, user)
  const data = { user, deviceName }
  const token = await makeToken(core, { purpose: 'register-passkey', userId: null, data })
  return { token, options: creationOptions(verifier, { token, user, exclude: [], conditional: false }) }
}

/** Checks the passkey, creates its account, and signs in. */
export async function registerByPasskey(
  core: Core,
  input: PasskeyCreationInput,
  client: ClientInfo,
): Promise<SignIn> {
  const verifier = demandPasskeys(core)
  const { token, response } = parseInput(passkeyInputs.register, input)
  const { data } = await spendToken(core, 'register-passkey', { token, client })
  const expected = { challenge: challengeOf(token), conditional: false }
  const passkey = await verifier.verifyCreation(response, expected)
  const user = { ...data.user, createdAt: core.clock() }
  await createWithPasskey(core, user, passkey)
  return await openSession(core, {
    user,
    client,
    deviceName: data.deviceName ?? undefined,
    methods: [passkey.syncable ? 'swk' : 'hwk', 'user', 'mfa'],
    stillHolds: () => true,
  })
}

/**
 * Creates an account without a name, adds its passkey, and gives it its name last, by which it counts as registered. A process that dies
 * on the way leaves an account that nobody finds, and takes no name from anybody.
 */
async function createWithPasskey(core: Core, user: UserRecord, passkey: NewPasskey): Promise<void> {
  const { users } = core.storage
  const { id: userId, username, email, phone } = user
  const nameless = { ...user, username: null, email: null, phone: null }
  if ((await users.create(nameless, core.clock())).outcome !== 'created') throw new KithError('code-invalid')
  const told = { userId }
  const rows = core.rowsOf('account.registered', () => told, { viewer: viewerOf(userId) })
  const hold = { now: core.clock(), until: null }
  try {
    await addPasskey(core, { userId, passkey })
    const result = await users.update(userId, { username, email, phone }, hold, rows)
    if (result.outcome === 'taken') throw taken(core, result.taken)
    if (result.outcome !== 'updated') throw new KithError('code-invalid')
  } catch (error) {
    // Of any other error nobody knows whether it was stored all the same.
    if (isKithError(error) && error.status < 500) await forget(core, userId)
    throw error
  }
  core.emit('account.registered', told)
}

async function forget(core: Core, userId: string): Promise<void> {
  await core.storage.users.markDeleted(userId, core.clock())
  core.clearing.account(userId)
}

/** Said before a passkey is made that would be good for nothing. @throws identifier-taken */
async function demandFree(core: Core, user: UserRecord): Promise<void> {
  const names: Identifier[] = []
  for (const name of ['username', 'email', 'phone'] as const) {
    const value = user[name]
    if (value !== null && (await core.storage.users.byLogin({ [name]: value } as Login))) names.push(name)
  }
  if (names.length > 0) throw taken(core, names)
}

/** Where an address is confirmed, an account begins with a code. */
function demandOpen({ config }: Core): void {
  if (config.accounts.confirm !== null)
    throw new KithError('not-configured', {
      detail:
        'This app confirms addresses (`accounts.confirm`): register with a password, then add a passkey.',
    })
}
