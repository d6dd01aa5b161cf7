import * as z from 'zod'
import type { CodeSent, CodeInput } from '../codes/codes.ts'
import { codeInput } from '../codes/codes.ts'
import { headOf, type Recipient } from '../codes/code-purposes.ts'
import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { credentialChange } from '../credentials/credential-changes.ts'
import { KithError, RetryLaterError } from '../errors.ts'
import { because, exactText, isObject, parseInput } from '../input.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { demandOwner } from '../sessions/actor.ts'
import { confirmOwner } from '../sessions/login.ts'
import { type ClientInfo, type Viewer, viewerOf } from '../viewer.ts'
import { passwordMaxLength } from './account-inputs.ts'
import { taken } from './account-steps.ts'
import { accountAt, releaseAddress } from './address-claims.ts'
import { verifiedAt } from './verification.ts'
import { linkMark, newsOfAddress } from './address-news.ts'
import { storePassword } from './host-passwords.ts'
import { emailSchema, phoneSchema } from './identifiers.ts'
import type { UserRecord } from './user-store.ts'

/** Which of its addresses to confirm. */
export interface VerifyAddressInput {
  kind: 'email' | 'phone'
}

/** A new address for an account. */
export interface ChangeAddressInput {
  /** The new email address, or the new phone number. */
  email?: string | undefined
  phone?: string | undefined
  /** Required if the account has a password. */
  currentPassword?: string | undefined
}

/** Email addresses and phone numbers that are confirmed with codes. */
export interface Addresses {
  /** Sends a code to the email address or phone number of the viewer. @throws invalid-input, not-configured, rate-limited */
  verify(viewer: Viewer, input: VerifyAddressInput, client?: ClientInfo): Promise<CodeSent>
  /**
   * Sends a code to a new email address or phone number for the viewer; the account keeps the old one until the code is
   * confirmed.
   * @throws invalid-input, wrong-password, account-locked, not-configured, rate-limited
   */
  change(viewer: Viewer, input: ChangeAddressInput, client?: ClientInfo): Promise<CodeSent>
  /**
   * Confirms an email address or phone number with the code that was sent to it, signed in or not. Both the old and the
   * new one are notified of a change; the old one gets a link that can revert it for 72 hours. @throws code-invalid,
   * identifier-taken, rate-limited
   */
  confirm(input: CodeInput, client?: ClientInfo): Promise<void>
  /**
   * Reverts a change of email address or phone number with the link that was sent to the old one: restores it, ends
   * every session, and removes the password and all sign-in methods added since. Later changes are reverted as well.
   * @throws code-invalid, identifier-taken, rate-limited, busy
   */
  revert(input: CodeInput, client?: ClientInfo): Promise<void>
}

/** The schemas of these inputs. */
interface AddressInputs {
  verify: z.ZodType<VerifyAddressInput>
  change: z.ZodType<ChangeAddressInput>
}

/** They are the same for every app. */
export const addressInputs: AddressInputs = {
  verify: z.strictObject({ kind: z.enum(['email', 'phone']) }),
  change: z
    .strictObject({
      email: emailSchema().optional(),
      phone: phoneSchema().optional(),
      currentPassword: exactText(1, passwordMaxLength).optional(),
    })
    .refine(({ email, phone }) => (email === undefined) !== (phone === undefined), {
      ...because({ code: 'required', message: 'Give either an email address or a phone number' }),
      path: ['email'],
      when: isObject,
    }),
}

/** Creates the addresses of one Kith instance. */
export function createAddresses(core: Core): Addresses {
  const { codes, limits, clock } = core
  const { users } = core.storage

  async function send(user: UserRecord, to: Recipient, client: ClientInfo): Promise<CodeSent> {
    if (!core.outgoing.can(headOf(to).channel)) throw new KithError('not-configured')
    await limits.beforeSending(to.address, client)
    const holder = await accountAt(core, to)
    const isTaken = holder !== null && holder.id !== user.id && holder[verifiedAt[to.kind]] !== null
    // Counted even if no code is sent, so that it takes as long.
    const maySend = await limits.maySend(isTaken ? `nobody ${user.id}` : to.address, client)
    const mayGo = !isTaken && maySend
    const data = mayGo ? { to, from: user[to.kind], epoch: user.sessionEpoch } : null
    return await codes.send({ purpose: 'confirm-address', userId: user.id, data })
  }

  async function own(viewer: Viewer): Promise<UserRecord> {
    const user = await users.byId(viewer.userId)
    if (!user) throw new KithError('unauthenticated')
    return user
  }

  return {
    async verify(viewer, input, client = {}) {
      await limits.byAccount('changeByAccount', viewer.userId)
      const { kind } = parseInput(addressInputs.verify, input)
      await demandOwner(core, viewer)
      const user = await own(viewer)
      const address = user[kind]
      if (address === null)
        throw new KithError('code-invalid', {
          detail: 'This account has no such email address or phone number.',
        })
      return await send(user, { kind, address, language: client.language ?? null }, client)
    },
    async change(viewer, input, client = {}) {
      await limits.byAccount('changeByAccount', viewer.userId)
      const { email, phone, currentPassword } = parseInput(addressInputs.change, input)
      const user = await own(viewer)
      await confirmOwner(core, { viewer, user, password: currentPassword, path: 'currentPassword', client })
      await limits.byAccount('identifierByAccount', viewer.userId)
      const language = client.language ?? null
      const kind = email === undefined ? 'phone' : 'email'
      return await send(user, { kind, address: email ?? phone ?? '', language }, client)
    },
    async confirm(input, client = {}) {
      const { userId, data } = await codes.consume('confirm-address', parseInput(codeInput, input), client)
      const { to, from, epoch } = data
      const { kind, address } = to
      const verified = kind === 'email' ? 'emailVerified' : 'phoneVerified'
      const told = { userId: userId ?? '', fields: [...(address === from ? [] : [kind]), verified] }
      const changes = {
        [kind]: address,
        [verifiedAt[kind]]: clock(),
        expected: { [kind]: from, sessionEpoch: epoch },
      }
      const change = await newsOfAddress(core, told.userId, { to, from, proved: address, canRevert: true })
      const rows = joinRows(
        core.rowsOf('account.edited', () => told, { viewer: viewerOf(told.userId), client }),
        change.rows,
      )
      for (let tries = 0; tries < 2; tries++) {
        const result = await users.update(told.userId, changes, undefined, rows)
        if (result.outcome === 'taken' && (await releaseAddress(core, to))) continue
        if (result.outcome === 'taken') throw taken(core, result.taken)
        if (result.outcome !== 'updated') throw new KithError('code-invalid')
        await change.done()
        core.outgoing.kick()
        core.emit('account.edited', told)
        return
      }
      throw new KithError('code-invalid')
    },
    async revert(input, client = {}) {
      await limits.byAddress('codeByAddress', client)
      const { flow, code } = parseInput(codeInput, input)
      // Consumed last: if the call is interrupted before that, opening the link again repeats all steps.
      const { userId, data, spend } = await codes.open('revert-address', `${flow}.${code}`)
      const { to, at } = data
      const [since, cause] = [new Date(at), { viewer: viewerOf(userId), client }]
      const epoch = await takeBack(core, userId, { to, since, cause })
      await endSessions(core, { id: userId, epoch, cause })
      await storePassword(core, userId, { next: null, cause })
      await removeSince(core, userId, { since, cause })
      if (!(await spend())) throw new KithError('code-invalid')
      await core.storage.codes.removeOf(userId, [linkMark(to.kind)])
    },
  }
}

/** How often an account is reread after a concurrent change. */
const mostTries = 10

/**
 * Restores the former address of an account, whatever the current one, removes one of the other kind that was confirmed
 * since, and ends the sessions. Returns the epoch that has ended. @throws code-invalid, identifier-taken, busy
 */
async function takeBack(
  core: Core,
  userId: string,
  { to, since, cause }: { to: Recipient; since: Date; cause: Cause },
): Promise<number> {
  const { users } = core.storage
  const [kind, other] = to.kind === 'email' ? (['email', 'phone'] as const) : (['phone', 'email'] as const)
  const told = { userId, fields: [kind] }
  const rows = core.rowsOf('account.edited', () => told, cause)
  for (let tries = 0; tries < mostTries; tries++) {
    const user = await users.byId(userId)
    if (!user) throw new KithError('code-invalid')
    await releaseAddress(core, to, userId)
    const addedAt = user[verifiedAt[other]]
    const changes = {
      [kind]: to.address,
      [verifiedAt[kind]]: core.clock(),
      ...(addedAt && addedAt >= since && { [other]: null, [verifiedAt[other]]: null, mayLackLogin: true }),
      endSessions: true,
      expected: { [kind]: user[kind], [verifiedAt[other]]: addedAt },
    }
    const result = await users.update(userId, changes, undefined, rows)
    if (result.outcome === 'taken') throw taken(core, result.taken)
    if (result.outcome !== 'updated') continue
    core.emit('account.edited', told)
    return result.user.sessionEpoch - 1
  }
  throw new RetryLaterError('busy', 1)
}

/**
 * Removes the sign-in methods added to an account since a given time: the person who changed the address added them.
 */
async function removeSince(
  core: Core,
  userId: string,
  { since, cause }: { since: Date; cause: Cause },
): Promise<void> {
  const { credentials } = core.storage
  for (const credential of await credentials.byUser(userId)) {
    if (credential.createdAt < since) continue
    const { rows, tell } = credentialChange(core, credential, { change: 'removed', cause })
    const waysIn = { kinds: [], addresses: ['email', 'phone'] as const }
    if ((await credentials.remove(credential, waysIn, rows)) === 'removed') tell()
  }
}
