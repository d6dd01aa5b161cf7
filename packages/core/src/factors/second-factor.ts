import * as z from 'zod'
import { demandUnbanned, withoutEndedBan } from '../accounts/bans.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import { codePurposes } from '../codes/code-purposes.ts'
import type { Core } from '../core.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import { type FactorChallenge, KithError, SecondFactorRequiredError } from '../errors.ts'
import { because, isObject, lineOfText, parseInput, visible } from '../input.ts'
import { openSession } from '../sessions/open-session.ts'
import type { SignIn } from '../sessions/session.ts'
import type { ClientInfo } from '../viewer.ts'
import type { GivenFactor } from './stored-factors.ts'
import { isTrusted, trust } from './trusted-devices.ts'

/** The second half of a sign-in. */
export interface FactorLoginInput {
  /** The `challenge.token` of the error `second-factor-required`. */
  challenge: string
  /** What the authenticator app shows; or else a recovery code. */
  code?: string | undefined
  recoveryCode?: string | undefined
  /** Asks this device for no second factor for `sessions.trustDevices`. */
  trustDevice?: boolean | undefined
  /** Shown in the session list; that of the first half where it is absent. */
  deviceName?: string | undefined
}

/** The fields that give a second factor. */
export const factorFields: Readonly<Record<'code' | 'recoveryCode', z.ZodType<string | undefined>>> = {
  code: z
    .string()
    .regex(/^[\d\s]{6,12}$/)
    .optional(),
  recoveryCode: z.string().max(40).optional(),
}

/** The schema of {@link FactorLoginInput}. */
export const factorLoginInput: z.ZodType<FactorLoginInput> = z
  .strictObject({
    challenge: z.string().max(200),
    ...factorFields,
    trustDevice: z.boolean().optional(),
    deviceName: visible(lineOfText(100)).optional(),
  })
  .refine(({ code, recoveryCode }) => (code === undefined) !== (recoveryCode === undefined), {
    ...because({
      code: 'required',
      message: 'Give the code of the authenticator app, or else a recovery code',
    }),
    path: ['code'],
    when: isObject,
  })

/** A sign-in that was right so far. */
interface FirstHalf {
  user: UserRecord
  client: ClientInfo
  deviceName: string | undefined
  methods: readonly string[]
}

const factorNames = { totp: 'totp', 'recovery-codes': 'recovery-code' } as const

/** Stops a sign-in whose account has a second factor, before anything is opened. @throws second-factor-required */
export async function demandSecondFactor(core: Core, { user, client, ...half }: FirstHalf): Promise<void> {
  const stored = await core.storage.credentials.byUser(user.id)
  if (!stored.some(({ kind }) => kind === 'totp')) return
  if (await isTrusted(core, stored, client)) return
  const { methods, deviceName = null } = half
  const data = { methods: [...methods], deviceName, epoch: user.sessionEpoch }
  const { flow, token } = await core.codes.make({ purpose: 'second-factor', userId: user.id, data })
  const { seconds } = codePurposes['second-factor']
  throw new SecondFactorRequiredError({
    token: `${flow}.${token}`,
    factors: factorsIn(stored),
    expiresAt: new Date(core.clock().getTime() + seconds * 1000).toISOString(),
  })
}

function factorsIn(stored: readonly CredentialRecord[]): FactorChallenge['factors'] {
  const kinds = new Set(stored.map(({ kind }) => kind))
  return (['totp', 'recovery-codes'] as const).flatMap((kind) => (kinds.has(kind) ? [factorNames[kind]] : []))
}

/** Checks a second factor; all of an account share one budget. @throws factor-invalid, rate-limited */
export async function checkFactor(
  core: Core,
  userId: string,
  { given, client }: { given: GivenFactor; client: ClientInfo },
): Promise<void> {
  const user = await core.storage.users.byId(userId)
  const device = await core.deviceTokens.read(client.device)
  const isKnown = user && device && core.deviceTokens.knows(device, user)
  await core.limits.byAccount('factorByAccount', isKnown ? `${userId} ${device.id}` : userId)
  const stored = await core.storage.credentials.byUser(userId)
  if (!(await core.factors.use(stored, given))) throw new KithError('factor-invalid')
}

/** Completes a sign-in by the second factor. */
export async function loginByFactor(
  core: Core,
  input: FactorLoginInput,
  client: ClientInfo,
): Promise<SignIn> {
  await core.limits.byAddress('codeByAddress', client)
  const { challenge, deviceName, trustDevice = false, ...factor } = parseInput(factorLoginInput, input)
  const open = await core.codes.open('second-factor', challenge)
  const { userId, data } = open
  const given = givenFactor(factor)
  try {
    await checkFactor(core, userId, { given, client })
  } catch (error) {
    await open.miss()
    throw error
  }
  const found = (await open.spend()) ? await core.storage.users.byId(userId) : null
  if (found?.sessionEpoch !== data.epoch) throw new KithError('code-invalid')
  const user = await withoutEndedBan(core, found)
  demandUnbanned(user)
  const signIn = await openSession(core, {
    user,
    client,
    deviceName: deviceName ?? data.deviceName ?? undefined,
    methods: [...data.methods, given.kind === 'totp' ? 'otp' : 'kba', 'mfa'],
    announce: true,
    stillHolds: (fresh) => fresh.sessionEpoch === data.epoch,
  })
  if (trustDevice) await trust(core, signIn, client)
  return signIn
}

/** What was given, of an input of which one is there. */
export function givenFactor({
  code,
  recoveryCode,
}: Pick<FactorLoginInput, 'code' | 'recoveryCode'>): GivenFactor {
  return code === undefined ? { kind: 'recovery-code', code: recoveryCode ?? '' } : { kind: 'totp', code }
}
