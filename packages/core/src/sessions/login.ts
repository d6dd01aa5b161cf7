import { readLogin } from '../accounts/identifiers.ts'
import type { Login, UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { isKithError, KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { type Guesser, turnOf } from './guesser.ts'
import { openSession } from './open-session.ts'
import { type LoginInput, loginInput } from './session-inputs.ts'
import type { SignIn } from './session.ts'

/** Signs in by username or e-mail and password. */
export async function login(core: Core, input: LoginInput, client: ClientInfo): Promise<SignIn> {
  const { login: typed, password, deviceName } = parseInput(loginInput, input)
  const login = readLogin(typed)
  const { user, guesser } = await meet(core, login, client)
  const upgrade = await checkPassword(core, { guesser, user, password, client })
  if (upgrade === null || !user) throw new KithError('invalid-credentials')
  if (user.bannedAt) throw new KithError('account-banned')
  const turn = turnOf(guesser)
  if (upgrade) {
    const next = await core.passwords.hash(password, turn)
    await core.storage.users.replacePassword(user.id, user.passwordHash, next)
  }
  return await openSession(core, {
    user,
    client,
    deviceName,
    // The hash differs where this or a concurrent login upgraded it, or where the password was changed meanwhile.
    stillHolds: async (fresh) =>
      fresh.passwordHash === user.passwordHash ||
      (await core.passwords.verify(password, fresh.passwordHash, turn)).matches,
  })
}

interface Confirmation {
  viewer: Viewer
  user: UserRecord
  password: string
}

/** Checks the password of someone who is already signed in. @throws wrong-password, account-locked */
export async function confirmPassword(core: Core, { viewer, user, password }: Confirmation): Promise<void> {
  const guesser: Guesser = { kind: 'session', ...viewer }
  const upgrade = await checkPassword(core, { guesser, user, password, client: {} })
  if (upgrade === null) throw new KithError('wrong-password')
}

/**
 * Finds the account and who it is that wants in. A known device is counted by account, for others at its address must not
 * keep it out; what shows that it is known is signed, so that asking for the account before counting costs little.
 */
async function meet(
  core: Core,
  login: Login,
  client: ClientInfo,
): Promise<{ user: UserRecord | null; guesser: Guesser }> {
  const device = await core.deviceTokens.read(client.device)
  if (!device) await core.attempts.byAddress('loginByAddress', client)
  const user = await core.storage.users.byLogin(login)
  if (user && device?.accounts.includes(user.id))
    return { user, guesser: { kind: 'device', userId: user.id, deviceId: device.id } }
  if (device) await core.attempts.byAddress('loginByAddress', client)
  return { user, guesser: { kind: 'stranger', login: JSON.stringify(login), client } }
}

interface PasswordCheck {
  guesser: Guesser
  user: UserRecord | null
  password: string
  client: ClientInfo
}

/** Whether the stored hash should be upgraded; `null` where the password is wrong. Costs the same for nobody. */
async function checkPassword(
  core: Core,
  { guesser, user, password, client }: PasswordCheck,
): Promise<boolean | null> {
  const about = { userId: user?.id ?? null, address: client.address ?? null }
  try {
    await core.attempts.beforePassword(guesser)
  } catch (error) {
    if (isKithError(error) && error.code === 'account-locked') core.emit('login.locked', about)
    throw error
  }
  // After the wrong ones: a device token that was stolen uses up its own counter, never that of the account.
  if (guesser.kind === 'device') await core.attempts.byAccount('loginByAccount', guesser.userId)
  const stored = user?.passwordHash ?? null
  const { matches, upgrade } = await core.passwords.verify(password, stored, turnOf(guesser))
  if (!matches) {
    core.emit('login.failed', about)
    return null
  }
  await core.attempts.afterRightPassword(guesser)
  return upgrade
}
