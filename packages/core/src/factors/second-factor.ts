import * as z from 'zod'
import type { UserRecord } from '../accounts/user-store.ts'
import { codePurposes } from '../codes/code-purposes.ts'
import type { Core } from '../core.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import { type FactorChallenge, isKithError, KithError, SecondFactorRequiredError } from '../errors.ts'
import { because, isObject, lineOfText, parseInput, visible } from '../input.ts'
import { tellLockedOut } from '../messages/notices.ts'
import { requestOptions } from '../passkeys/passkey-challenge.ts'
import { passkeyAssertion, type PasskeyProof } from '../passkeys/passkey-inputs.ts'
import type { PasskeyAssertion } from '../passkeys/passkey-verifier.ts'
import { describePasskeys } from '../passkeys/stored-passkey.ts'
import { usePasskey } from '../passkeys/use-passkey.ts'
import { openSession } from '../sessions/open-session.ts'
import type { SignIn } from '../sessions/session.ts'
import type { ClientInfo } from '../viewer.ts'
import type { GivenCode } from './stored-factors.ts'
import { isTrusted, trust } from './trusted-devices.ts'

/** The second half of a sign-in. */
export interface FactorLoginInput {
  /** The `challenge.token` of the error `second-factor-required`. */
  challenge: string
  /** The code from the authenticator app; or else a recovery code. */
  code?: string | undefined
  recoveryCode?: string | undefined
  /** Or else the response of a passkey to `challenge.passkey`. */
  passkey?: PasskeyAssertion | undefined
  /** Skips the second factor on this device for `sessions.trustDevices`. */
  trustDevice?: boolean | undefined
  /** Shown in the session list; that of the first half if absent. */
  deviceName?: string | undefined
}

/** Six digits as a person types them. */
export function sixDigits(message: string): z.ZodType<string> {
  return z.string().regex(/^[\d\s]{6,12}$/, message)
}

/** A code from an authenticator app. */
export const appCode: z.ZodType<string> = sixDigits('Give the six digits that the app shows')

/** The fields of a second factor. */
export const factorFields: Readonly<Record<'code' | 'recoveryCode', z.ZodType<string | undefined>>> = {
  code: appCode.optional(),
  recoveryCode: z.string().max(40).optional(),
}

/** The schema of {@link FactorLoginInput}. */
export const factorLoginInput: z.ZodType<FactorLoginInput> = z
  .strictObject({
    challenge: z.string().max(200),
    ...factorFields,
    passkey: passkeyAssertion.optional(),
    trustDevice: z.boolean().optional(),
    deviceName: visible(lineOfText(100)).optional(),
  })
  .refine((input) => isOne([input.code, input.recoveryCode, input.passkey]), {
    ...because({
      code: 'required',
      message: 'Give an authenticator code, a recovery code or a passkey',
    }),
    path: ['code'],
    when: isObject,
  })

/** Whether exactly one of them was given. */
export function isOne(given: readonly unknown[]): boolean {
  return given.filter((each) => each !== undefined).length === 1
}

/** A sign-in whose first factor was right. */
interface FirstHalf {
  user: UserRecord
  client: ClientInfo
  deviceName: string | undefined
  methods: readonly string[]
}

const factorNames = { totp: 'totp', 'recovery-codes': 'recovery-code', passkey: 'passkey' } as const

/** Stops a sign-in to an account with a second factor, before a session is opened. @throws second-factor-required */
export async function demandSecondFactor(core: Core, { user, client, ...half }: FirstHalf): Promise<void> {
  const stored = await core.storage.credentials.byUser(user.id)
  if (!hasApp(stored)) return
  if (await isTrusted(core, user, { stored, client })) return
  const { methods, deviceName = null } = half
  const data = { methods: [...methods], deviceName, epoch: user.sessionEpoch }
  const { flow, token } = await core.codes.make({ purpose: 'second-factor', userId: user.id, data })
  const { seconds } = codePurposes['second-factor']
  const challenge = `${flow}.${token}`
  const factors = factorsIn(core, stored)
  throw new SecondFactorRequiredError({
    token: challenge,
    factors,
    ...(core.config.passkeys &&
      factors.includes('passkey') && {
        passkey: requestOptions(core.config.passkeys, challenge, describePasskeys(stored)),
      }),
    expiresAt: new Date(core.clock().getTime() + seconds * 1000).toISOString(),
  })
}

/** Whether an account with these credentials is asked for a second factor. */
export function hasApp(stored: readonly CredentialRecord[]): boolean {
  return stored.some(({ kind }) => kind === 'totp')
}

function factorsIn({ config }: Core, stored: readonly CredentialRecord[]): FactorChallenge['factors'] {
  const kinds = new Set(stored.map(({ kind }) => kind))
  if (!config.passkeys) kinds.delete('passkey')
  const asked = ['totp', 'recovery-codes', 'passkey'] as const
  return asked.filter((kind) => kinds.has(kind)).map((kind) => factorNames[kind])
}

/** The second factor of an account: a passkey with the token of its challenge. */
export type GivenFactor = GivenCode | ({ kind: 'passkey' } & PasskeyProof)

/** A given second factor. */
interface FactorCheck {
  given: GivenFactor
  client: ClientInfo
  /** The session that re-authenticates; `null` at a sign-in. */
  sessionId: string | null
}

/**
 * Checks a second factor, and returns its RFC 8176 name; all factors of an account share one budget. A session has its
 * own, so a stolen session uses up nothing of its owner's, and the known devices of the account share one: collecting
 * many gains nothing. @throws factor-invalid, rate-limited
 */
export async function checkFactor(
  core: Core,
  userId: string,
  { given, client, sessionId }: FactorCheck,
): Promise<string> {
  const own = sessionId ?? (await knownDevice(core, userId, client))
  try {
    await core.limits.byAccount('factorByAccount', own === null ? userId : `${userId} ${own}`)
  } catch (error) {
    if (isKithError(error) && error.code === 'rate-limited') tellLockedOut(core, userId, client)
    throw error
  }
  if (given.kind === 'passkey') return await checkPasskey(core, { ...given, client, ownerId: userId })
  const stored = await core.storage.credentials.byUser(userId)
  if (!(await core.factors.use(stored, given))) throw new KithError('factor-invalid')
  return given.kind === 'totp' ? 'otp' : 'kba'
}

async function checkPasskey(core: Core, shown: Parameters<typeof usePasskey>[1]): Promise<string> {
  try {
    return (await usePasskey(core, shown)).method
  } catch (cause) {
    if (isKithError(cause) && cause.code.startsWith('passkey-'))
      throw new KithError('factor-invalid', { cause })
    throw cause
  }
}

async function knownDevice(core: Core, userId: string, client: ClientInfo): Promise<string | null> {
  const device = await core.deviceTokens.read(client.device)
  const user = device && (await core.storage.users.byId(userId))
  return user && core.deviceTokens.knows(device, user) ? 'known devices' : null
}

/** Completes a sign-in with the second factor. */
export async function loginByFactor(
  core: Core,
  input: FactorLoginInput,
  client: ClientInfo,
): Promise<SignIn> {
  await core.limits.byAddress('codeByAddress', client)
  const {
    challenge,
    deviceName,
    trustDevice = false,
    passkey,
    ...codes
  } = parseInput(factorLoginInput, input)
  const open = await core.codes.open('second-factor', challenge)
  const { userId, data } = open
  const given = givenFactor({ ...codes, passkey: passkey && { token: challenge, response: passkey } })
  let method: string
  try {
    method = await checkFactor(core, userId, { given, client, sessionId: null })
  } catch (error) {
    await open.miss()
    throw error
  }
  // A ban since the first half has begun another epoch.
  const found = (await open.spend()) ? await core.storage.users.byId(userId) : null
  if (found?.sessionEpoch !== data.epoch) throw new KithError('code-invalid')
  const signIn = await openSession(core, {
    user: found,
    client,
    deviceName: deviceName ?? data.deviceName ?? undefined,
    methods: [...data.methods, method, 'mfa'],
    announce: true,
    stillHolds: (fresh) => fresh.sessionEpoch === data.epoch,
  })
  if (trustDevice) await trust(core, signIn, client)
  return signIn
}

/** The one value that the input contains. */
export function givenFactor({
  code,
  recoveryCode,
  passkey,
}: Pick<FactorLoginInput, 'code' | 'recoveryCode'> & { passkey: PasskeyProof | undefined }): GivenFactor {
  if (passkey) return { kind: 'passkey', ...passkey }
  return code === undefined ? { kind: 'recovery-codes', code: recoveryCode ?? '' } : { kind: 'totp', code }
}
