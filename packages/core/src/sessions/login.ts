import { readLogin } from '../accounts/identifiers.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { isKithError, KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { ClientInfo } from '../viewer.ts'
import { openSession } from './open-session.ts'
import { type LoginInput, loginInput } from './session-inputs.ts'
import type { SignIn } from './session.ts'

/** Signs in by username or e-mail and password. */
export async function login(core: Core, input: LoginInput, client: ClientInfo): Promise<SignIn> {
  const { login: typed, password, deviceName } = parseInput(loginInput, input)
  await core.attempts.byAddress('loginByAddress', client)
  const login = readLogin(typed)
  const user = await core.storage.users.byLogin(login)
  const account = user?.id ?? `nobody:${JSON.stringify(login)}`

  const upgrade = await checkPassword(core, { account, user, password, client })
  if (upgrade === null || !user) throw new KithError('invalid-credentials')
  if (user.bannedAt) throw new KithError('account-banned')
  if (upgrade) {
    await core.storage.users.replacePassword(user.id, user.passwordHash, await core.passwords.hash(password))
  }
  return await openSession(core, {
    user,
    client,
    deviceName,
    // The hash differs where this or a concurrent login upgraded it, or where the password was changed meanwhile.
    stillHolds: async (fresh) =>
      fresh.passwordHash === user.passwordHash ||
      (await core.passwords.verify(password, fresh.passwordHash)).matches,
  })
}

/** Checks the password of someone who is already signed in. @throws wrong-password, account-locked */
export async function confirmPassword(core: Core, user: UserRecord, password: string): Promise<void> {
  const upgrade = await checkPassword(core, { account: user.id, user, password, client: {} })
  if (upgrade === null) throw new KithError('wrong-password')
}

interface PasswordCheck {
  /** What the attempts count under: the account where there is one, so that all of its logins share one limit. */
  account: string
  user: UserRecord | null
  password: string
  client: ClientInfo
}

/** Whether the stored hash should be upgraded; `null` where the password is wrong. Costs the same for nobody. */
async function checkPassword(
  core: Core,
  { account, user, password, client }: PasswordCheck,
): Promise<boolean | null> {
  const about = { userId: user?.id ?? null, address: client.address ?? null }
  try {
    await core.attempts.beforePassword(account)
  } catch (error) {
    if (isKithError(error) && error.code === 'account-locked') core.emit('login.locked', about)
    throw error
  }
  const { matches, upgrade } = await core.passwords.verify(password, user?.passwordHash ?? null)
  if (!matches) {
    core.emit('login.failed', about)
    return null
  }
  await core.attempts.afterRightPassword(account)
  return upgrade
}
