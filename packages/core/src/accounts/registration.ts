import * as z from 'zod'
import { headOf, methodOf, type Recipient } from '../codes/code-purposes.ts'
import { codeFields, type CodeInput, type CodeSent } from '../codes/codes.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import { unread } from '../own-fields/stored-fields.ts'
import { networkKey } from '../sessions/client-address.ts'
import { openSession } from '../sessions/open-session.ts'
import type { SignIn } from '../sessions/session.ts'
import type { ClientInfo } from '../viewer.ts'
import type { AccountInputs, NewcomerInput, RegisterInput } from './account-inputs.ts'
import { demandEntry, type Newcomer, saveNewcomer } from '../sign-up/newcomers.ts'
import { newAccount, present, taken } from './account-steps.ts'
import { accountAt, releaseAddress } from './address-claims.ts'
import { verifiedAt } from './verification.ts'
import { demandUnbanned } from './bans.ts'
import { createBreachCheck } from './breach-check.ts'
import type { UserRecord } from './user-store.ts'

/** Registration that confirms an email address or a phone number: option `accounts.confirm`. */
export interface Registration<Fields extends AppFields = AppFields> {
  /**
   * Accepts a registration and sends a code to the email address or phone number to confirm. The account exists only
   * after the code is confirmed. If another account has that email address or phone number, its owner is notified, and
   * the caller cannot tell.
   * @throws invalid-input, identifier-taken, sign-up-closed, invitation-invalid, not-configured, rate-limited, busy
   */
  begin(input: RegisterInput<Fields>, client?: ClientInfo): Promise<CodeSent>
  /** Creates the account and signs it in. @throws code-invalid, identifier-taken, invitation-invalid, approval-required, rate-limited */
  confirm(input: CodeInput, client?: ClientInfo): Promise<SignIn<Fields>>
}

/** A new account that passed all checks. */
interface Registering {
  user: UserRecord
  invitation: string | undefined
  deviceName: string | undefined
}

/** Parses the input of a registration, with or without a password, and calls the policy, without the password. */
export async function readRegistration<Input extends NewcomerInput & { password?: string }>(
  core: Core,
  schema: z.ZodType<Input>,
  { input, client }: { input: Input; client: ClientInfo },
): Promise<Input> {
  await core.limits.byAddress('registerAttemptByAddress', client)
  const { solution, ...rest } = parseInput(schema, input)
  const parsed = rest as Input
  const target = parsed.email ?? parsed.phone ?? parsed.username ?? ''
  await core.demandChallenge({ action: 'register', target, solution, client })
  await demandEntry(core, { client, invitation: parsed.invitation })
  await core.limits.byAddress('registerByAddress', client)
  const { password, ...given } = parsed
  const changed = await core.askPolicy('account.register', { input: given, viewer: null, client })
  if (!changed) return parsed
  const proved = password === undefined ? {} : { password }
  return parseInput(schema, { ...given, ...unread(given, input), ...changed, ...proved })
}

/** An account from a confirmed code, with its address. */
function revived(core: Core, { age, ...user }: UserRecord, { kind }: Recipient): UserRecord {
  const now = core.clock()
  const since = { createdAt: now, [verifiedAt[kind]]: now, age: age ? { ...age, at: now } : null }
  return { ...user, id: core.makeId(), ...since }
}

/** Creates the registration of one Kith instance, with and without a code. */
export function createRegistration(
  core: Core,
  inputs: Pick<AccountInputs, 'register'>,
): Registration & { register(input: RegisterInput, client: ClientInfo): Promise<SignIn> } {
  const { config, codes, limits, outgoing, passwords, clock } = core
  const { users } = core.storage
  const kind = config.accounts.confirm
  const demandUnbreached = createBreachCheck(config, core.emit)
  const confirmInput = z.strictObject(codeFields)

  /** Parses the input, and hashes the password. */
  async function readInput(input: RegisterInput, client: ClientInfo): Promise<Registering> {
    const { deviceName, invitation, password, ...fields } = await readRegistration(core, inputs.register, {
      input,
      client,
    })
    await demandUnbreached(password, { path: 'password', userId: null })
    const turn = { key: networkKey(client.address ?? '') }
    const passwordHash = await passwords.hash(password, turn)
    return { user: newAccount(core, { ...present(fields), passwordHash }), invitation, deviceName }
  }

  /** Sends the code, or notifies the owner of the address about the existing account. */
  async function sendCode(
    { user, invitation, deviceName }: Registering,
    { to, client }: { to: Recipient; client: ClientInfo },
  ): Promise<CodeSent> {
    const holder = await accountAt(core, to)
    const isKnown = holder !== null && holder[verifiedAt[to.kind]] !== null
    const maySend = await limits.maySend(to.address, client)
    const order = { purpose: 'register', userId: null } as const
    if (isKnown || !maySend) {
      const draft = { ...headOf(to), kind: 'registration-known', content: {} } as const
      return await codes.send({ ...order, data: null }, maySend ? draft : null)
    }
    const data = { to, user, invitation: invitation ?? null, deviceName: deviceName ?? null }
    return await codes.send({ ...order, data })
  }

  /** Saves the account. Takes the address from an account that has not confirmed it. */
  async function save(newcomer: Newcomer, to: Recipient): Promise<UserRecord> {
    try {
      return await saveNewcomer(core, newcomer)
    } catch (error) {
      if (!(error instanceof KithError) || error.code !== 'identifier-taken') throw error
      if (!(await releaseAddress(core, to))) throw error
      return await saveNewcomer(core, newcomer)
    }
  }

  return {
    async register(input, client) {
      if (kind !== null)
        throw new KithError('not-configured', {
          detail:
            'This app confirms email addresses or phone numbers (`accounts.confirm`): call kith.registration.begin.',
        })
      const { deviceName, ...read } = await readInput(input, client)
      const user = await saveNewcomer(core, { ...read, client })
      demandUnbanned(user)
      return await openSession(core, { user, client, deviceName, methods: ['pwd'], stillHolds: () => true })
    },
    async begin(input, client = {}) {
      if (kind === null)
        throw new KithError('not-configured', {
          detail: 'Set `accounts.confirm` to `email` or `phone` in createKith.',
        })
      const registering = await readInput(input, client)
      const { user } = registering
      const to = { kind, address: user[kind] ?? '', language: client.language ?? null }
      await limits.beforeSending(to.address, client)
      if (user.username !== null && (await users.byLogin({ username: user.username })))
        throw taken(core, ['username'])
      return await sendCode(registering, { to, client })
    },
    async confirm(input, client = {}) {
      const given = parseInput(confirmInput, input)
      const { data } = await codes.consume('register', given, client)
      const { to, deviceName, invitation } = data
      const user = await save(
        { user: revived(core, data.user, to), client, invitation: invitation ?? undefined },
        to,
      )
      demandUnbanned(user)
      return await openSession(core, {
        user,
        client,
        deviceName: deviceName ?? undefined,
        methods: ['pwd', methodOf(to)],
        stillHolds: () => true,
      })
    },
  }
}
