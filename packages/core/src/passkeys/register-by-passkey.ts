import type { AccountInputs, NewcomerInput } from '../accounts/account-inputs.ts'
import { newAccount, present, taken } from '../accounts/account-steps.ts'
import { demandUnbanned } from '../accounts/bans.ts'
import { readRegistration } from '../accounts/registration.ts'
import type { Identifier, Login, UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { openSession } from '../sessions/open-session.ts'
import type { SignIn } from '../sessions/session.ts'
import { saveNewcomer } from '../sign-up/newcomers.ts'
import type { ClientInfo } from '../viewer.ts'
import { addPasskey } from './add-passkey.ts'
import { challengeOf, creationOptions, demandPasskeys, makeToken, spendToken } from './passkey-challenge.ts'
import { type PasskeyCreationInput, passkeyInputs } from './passkey-inputs.ts'
import type { PasskeyCreationOptions } from './passkey-verifier.ts'

/** Parses the input of a registration, and creates the options of its passkey. */
export async function beginRegistration(
  core: Core,
  schema: AccountInputs['newcomer'],
  { input, client }: { input: NewcomerInput; client: ClientInfo },
): Promise<{ token: string; options: PasskeyCreationOptions }> {
  const verifier = demandPasskeys(core)
  demandOpen(core)
  const {
    deviceName = null,
    invitation = null,
    ...fields
  } = await readRegistration(core, schema, { input, client })
  const user = newAccount(core, present(fields))
  await demandFree(core, user)
  const data = { user, invitation, deviceName }
  const token = await makeToken(core, { purpose: 'register-passkey', userId: null, data })
  return { token, options: creationOptions(verifier, { token, user, exclude: [], conditional: false }) }
}

/** Verifies the passkey, creates its account, and signs in. */
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
  const { username, email, phone, age } = data.user
  const now = core.clock()
  // Without its identifiers: if the process dies here, the leftover account cannot be found, and blocks no name.
  const nameless = { ...data.user, username: null, email: null, phone: null }
  const user = await saveNewcomer(core, {
    user: { ...nameless, createdAt: now, age: age ? { ...age, at: now } : null },
    client,
    invitation: data.invitation ?? undefined,
    prepare: async () => void (await addPasskey(core, { userId: data.user.id, passkey })),
    names: { username, email, phone },
  })
  demandUnbanned(user)
  return await openSession(core, {
    user,
    client,
    deviceName: data.deviceName ?? undefined,
    methods: [passkey.syncable ? 'swk' : 'hwk', 'user', 'mfa'],
    stillHolds: () => true,
  })
}

/** Reported before the user creates a useless passkey. @throws identifier-taken */
async function demandFree(core: Core, user: UserRecord): Promise<void> {
  const names: Identifier[] = []
  for (const name of ['username', 'email', 'phone'] as const) {
    const value = user[name]
    if (value !== null && (await core.storage.users.byLogin({ [name]: value } as Login))) names.push(name)
  }
  if (names.length > 0) throw taken(core, names)
}

/** If an address must be confirmed, an account begins with a code. */
function demandOpen({ config }: Core): void {
  if (config.accounts.confirm !== null)
    throw new KithError('not-configured', {
      detail:
        'This app confirms email addresses or phone numbers (`accounts.confirm`): register with a password, then add a passkey.',
    })
}
