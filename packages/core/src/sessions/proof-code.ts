import { addressInputs, type VerifyAddressInput } from '../accounts/addresses.ts'
import { verifiedAt } from '../accounts/verification.ts'
import { canBeTakenBack } from '../accounts/address-news.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import { headOf, methodOf } from '../codes/code-purposes.ts'
import type { CodeInput, CodeSent } from '../codes/codes.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { hasApp } from '../factors/second-factor.ts'
import { parseInput } from '../input.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { demandOwner } from './actor.ts'
import { isLive } from './session.ts'

/** A session of the viewer's own, for which a code counts. */
export type OwnSession = Viewer & { sessionId: string }

/** Sends a code to an address of the viewer, to prove this session with. */
export async function sendProofCode(
  core: Core,
  viewer: Viewer,
  { input, client }: { input: VerifyAddressInput; client: ClientInfo },
): Promise<CodeSent> {
  const { limits, storage } = core
  await limits.byViewer('passwordFormBySession', viewer)
  const { kind } = parseInput(addressInputs.verify, input)
  const { userId, sessionId } = viewer
  const user = await storage.users.byId(userId)
  if (!user || sessionId === null) throw new KithError('unauthenticated')
  await demandOwner(core, viewer)
  if (!isLive(await storage.sessions.byId(sessionId), user, core.clock()))
    throw new KithError('session-revoked')
  const address = user[kind]
  const to = { kind, address: address ?? '', language: client.language ?? null }
  if (!core.outgoing.can(headOf(to).channel)) throw new KithError('not-configured')
  const reason = await whyNot(core, user, kind)
  if (reason !== null) throw new KithError('code-not-sent', { detail: reason })
  await limits.beforeSending(to.address, client)
  const mayGo = await limits.maySend(to.address, client)
  return await core.codes.send({ purpose: 'prove', userId, data: mayGo ? { to, sessionId } : null })
}

/**
 * Consumes such a code, and returns the RFC 8176 name of the proof. What was true when it was sent has to be true
 * still. @throws code-invalid, rate-limited
 */
export async function useProofCode(
  core: Core,
  { user, sessionId }: { user: UserRecord; sessionId: string },
  { given, client }: { given: CodeInput; client: ClientInfo },
): Promise<string> {
  const { userId, data } = await core.codes.consume('prove', given, client)
  const { to } = data
  const isOwn = userId === user.id && data.sessionId === sessionId && user[to.kind] === to.address
  if (!isOwn || (await whyNot(core, user, to.kind)) !== null) throw new KithError('code-invalid')
  return methodOf(to)
}

/**
 * Why a code to this address proves nothing; `null` if it does. Without these rules, a mailbox and the cookies of a
 * session would be enough to remove the second factor, and someone who changed the address would keep the account fresh
 * until its owner takes it back.
 */
async function whyNot(core: Core, user: UserRecord, kind: 'email' | 'phone'): Promise<string | null> {
  if (user[kind] === null || user[verifiedAt[kind]] === null)
    return 'This account has no confirmed email address or phone number of this kind.'
  if (hasApp(await core.storage.credentials.byUser(user.id)))
    return 'Use the authenticator app, a recovery code, a passkey or the password.'
  if (await canBeTakenBack(core, user.id))
    return 'An address of this account was changed recently: sign in again, or use another proof.'
  return null
}
