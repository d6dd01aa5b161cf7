import * as z from 'zod'
import { passwordMaxLength, solutionField } from '../accounts/account-inputs.ts'
import { demandUnbanned, withoutEndedBan } from '../accounts/bans.ts'
import { readLogin } from '../accounts/identifiers.ts'
import type { Login, UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { InvalidInputError, isKithError, KithError } from '../errors.ts'
import type { KithEvents } from '../events.ts'
import { because, exactText, isObject, lineOfText, parseInput, visible } from '../input.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { agePart } from '../profiles/user.ts'
import { demandOwner } from './actor.ts'
import { placeOf } from './client-address.ts'
import type { Device } from './device-token.ts'
import { demandFresh } from './freshness.ts'
import { type Guesser, turnOf } from './guesser.ts'
import { isLet } from './limits.ts'
import { demandSecondFactor } from '../factors/second-factor.ts'
import { tellLockedOut } from '../messages/notices.ts'
import { openSession } from './open-session.ts'
import type { SignIn } from './session.ts'

/** A sign-in with the username or email in `login`. */
export interface LoginInput {
  login: string
  password: string
  /** The solution of the challenge, if there was one: `challenge-required`. */
  solution?: string | undefined
  /** Shown in the session list; derived from the `User-Agent` if absent. */
  deviceName?: string | undefined
}

/** The schema of {@link LoginInput}. Accepts `username` or `email` instead of `login`. */
export const loginInput: z.ZodType<LoginInput> = z
  .strictObject({
    login: exactText(1, 254).optional(),
    username: exactText(1, 254).optional(),
    email: exactText(1, 254).optional(),
    password: exactText(1, passwordMaxLength),
    solution: solutionField.optional(),
    deviceName: visible(lineOfText(100)).optional(),
  })
  .refine((input) => loginsIn(input) > 0, {
    ...because({ code: 'required', message: 'Give a username or an email address' }),
    path: ['login'],
    when: isObject,
  })
  .refine((input) => loginsIn(input) < 2, {
    ...because({ code: 'ambiguous', message: 'Give either a username or an email address' }),
    path: ['login'],
    when: isObject,
  })
  .transform(({ login, username, email, ...rest }) => ({ login: login ?? username ?? email ?? '', ...rest }))

function loginsIn({
  login,
  username,
  email,
}: Partial<Record<'login' | 'username' | 'email', unknown>>): number {
  return [login, username, email].filter((value) => value !== undefined).length
}

/** Signs in with username or email and password. */
export async function login(core: Core, input: LoginInput, client: ClientInfo): Promise<SignIn> {
  const device = await countedDevice(core, client)
  const { login: typed, password, solution, deviceName } = parseInput(loginInput, input)
  const login = readLogin(typed)
  const found = usable(core, login, await core.storage.users.byLogin(login))
  // Known devices need no challenge.
  if (!found || !device || !core.deviceTokens.knows(device, found))
    await core.demandChallenge({ action: 'login', target: JSON.stringify(login), solution, client })
  const guesser = await admit(core, { login, user: found, device, client })
  const upgrade = await checkPassword(core, { guesser, user: found, password, client })
  if (upgrade === null || !found) throw new KithError('invalid-credentials')
  const user = await withoutEndedBan(core, found)
  demandUnbanned(user)
  await core.askPolicy('session.open', { input: { userId: user.id, ...agePart(user) }, viewer: null, client })
  const turn = turnOf(guesser)
  if (upgrade) {
    const next = await core.passwords.hash(password, turn)
    await core.storage.users.upgradeHash(user.id, user.passwordHash, next)
  }
  await demandSecondFactor(core, { user, client, deviceName, methods: ['pwd'] })
  return await openSession(core, {
    user,
    client,
    deviceName,
    methods: ['pwd'],
    announce: true,
    stillHolds: (fresh) => isStillRight(core, { guesser, user, password }, fresh),
  })
}

/** If addresses are confirmed, an unconfirmed one cannot be used to sign in. */
function usable({ config }: Core, login: Login, user: UserRecord | null): UserRecord | null {
  const isOpen = !('email' in login) || config.accounts.confirm !== 'email' || user?.emailVerifiedAt
  return isOpen ? user : null
}

interface Confirmation {
  viewer: Viewer
  user: UserRecord
  password: string
  client: ClientInfo
}

/**
 * Checks the password of someone who is already signed in. Returns a check whether it is still the password of the
 * account when reread later. @throws wrong-password, account-locked
 */
export async function confirmPassword(
  core: Core,
  { viewer, user, password, client }: Confirmation,
): Promise<(fresh: UserRecord) => Promise<boolean>> {
  const { userId, sessionId } = viewer
  const guesser: Guesser = { kind: 'session', userId, sessionId }
  await countGuess(core, guesser, { userId: user.id, ...placeOf(client) })
  const upgrade = await checkPassword(core, { guesser, user, password, client })
  if (upgrade === null) throw new KithError('wrong-password')
  return (fresh) => isStillRight(core, { guesser, user, password }, fresh)
}

/**
 * Checks that the caller of a sensitive change is the owner: by the password if the account has one, otherwise by how
 * long ago the session was proved. An admin who acts as the account is refused. Returns a check whether the proof still
 * holds.
 * @throws impersonated, invalid-input, wrong-password, account-locked, proof-required
 */
export async function confirmOwner(
  core: Core,
  {
    password,
    path,
    ...confirmation
  }: Omit<Confirmation, 'password'> & { password: string | undefined; path: string },
): Promise<(fresh: UserRecord) => boolean | Promise<boolean>> {
  const { viewer, user } = confirmation
  await demandOwner(core, viewer)
  if (password !== undefined) return await confirmPassword(core, { ...confirmation, password })
  if (user.passwordHash !== null) {
    const message = 'Give the current password'
    throw new InvalidInputError([{ path, code: 'required', message }])
  }
  await demandFresh(core, viewer, core.config.sessions.freshForSeconds)
  return (fresh) => fresh.passwordHash === null
}

interface RightPassword {
  guesser: Guesser
  user: UserRecord
  password: string
}

/** The hash differs if this or a concurrent login upgraded it, or if the password was changed meanwhile. */
async function isStillRight(
  core: Core,
  { guesser, user, password }: RightPassword,
  fresh: UserRecord,
): Promise<boolean> {
  if (fresh.passwordHash === user.passwordHash) return true
  return (await core.passwords.verify(password, fresh.passwordHash, turnOf(guesser))).matches
}

/**
 * Counts a sign-in before its input is parsed: by device if one is known, so that others at its IP address cannot block
 * it, and by IP address when that device has used up its limit.
 */
async function countedDevice(core: Core, client: ClientInfo): Promise<Device | null> {
  const device = await core.deviceTokens.read(client.device)
  if (device && (await isLet(core.limits.byAccount('loginByDevice', device.id)))) return device
  await core.limits.byAddress('loginByAddress', client)
  return null
}

interface Arrival {
  login: Login
  user: UserRecord | null
  device: Device | null
  client: ClientInfo
}

/**
 * Counts a guess and returns who makes it. A device counts by IP address for an account that is new to it, and after it
 * has used up its limit: its token may have been copied, and at worst its holder counts as a stranger.
 */
async function admit(core: Core, { login, user, device, client }: Arrival): Promise<Guesser> {
  const about = { userId: user?.id ?? null, ...placeOf(client) }
  if (user && device && core.deviceTokens.knows(device, user)) {
    const known: Guesser = { kind: 'device', userId: user.id, deviceId: device.id }
    // Wrong ones first: a stolen device token uses up its own counter, never that of the account.
    if (
      (await isLet(countGuess(core, known, about))) &&
      (await isLet(core.limits.byAccount('loginByAccount', user.id)))
    )
      return known
  }
  if (device) await core.limits.byAddress('loginByAddress', client)
  const stranger: Guesser = { kind: 'stranger', login: JSON.stringify(login), client }
  await countGuess(core, stranger, about)
  return stranger
}

function clientOf({ address, userAgent }: KithEvents['login.locked']): ClientInfo {
  return { address: address ?? undefined, userAgent: userAgent ?? undefined }
}

/** Counts a guess before its password is checked. @throws account-locked */
async function countGuess(core: Core, guesser: Guesser, about: KithEvents['login.locked']): Promise<void> {
  try {
    await core.limits.beforePassword(guesser)
  } catch (error) {
    if (isKithError(error) && error.code === 'account-locked') {
      countPassword(core, guesser, 'locked')
      core.emit('login.locked', about)
      if (about.userId !== null) tellLockedOut(core, about.userId, clientOf(about))
    }
    throw error
  }
}

interface PasswordCheck {
  guesser: Guesser
  user: UserRecord | null
  password: string
  client: ClientInfo
}

/**
 * Whether the stored hash should be upgraded; `null` if the password is wrong. Costs the same if there is no account.
 */
async function checkPassword(
  core: Core,
  { guesser, user, password, client }: PasswordCheck,
): Promise<boolean | null> {
  const about = { userId: user?.id ?? null, ...placeOf(client) }
  const stored = user?.passwordHash ?? null
  const { matches, upgrade } = await core.passwords.verify(password, stored, turnOf(guesser))
  countPassword(core, guesser, matches ? 'right' : 'wrong')
  if (!matches) {
    core.emit('login.failed', about)
    return null
  }
  await core.limits.afterRightPassword(guesser)
  return upgrade
}

function countPassword({ config }: Core, { kind }: Guesser, outcome: 'right' | 'wrong' | 'locked'): void {
  const method = kind === 'session' ? 'confirmation' : 'password'
  const attributes = { 'kith.method': method, 'kith.outcome': outcome, 'kith.client': kind }
  config.telemetry.count('kith.sign_ins', 1, attributes)
}
