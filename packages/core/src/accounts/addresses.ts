import * as z from 'zod'
import type { CodeSent, CodeInput } from '../codes/codes.ts'
import { codeInput } from '../codes/codes.ts'
import { headOf, linkOf, type Recipient } from '../codes/code-purposes.ts'
import type { Cause } from '../audit/audit-entries.ts'
import type { Core } from '../core.ts'
import { credentialChange } from '../credentials/credential-changes.ts'
import { KithError } from '../errors.ts'
import { because, exactText, isObject, parseInput } from '../input.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { confirmOwner } from '../sessions/login.ts'
import { type ClientInfo, type Viewer, viewerOf } from '../viewer.ts'
import { passwordMaxLength } from './account-inputs.ts'
import { taken } from './account-steps.ts'
import { accountAt, releaseAddress } from './address-claims.ts'
import { storePassword } from './host-passwords.ts'
import { emailSchema, phoneSchema } from './identifiers.ts'
import type { UserRecord } from './user-store.ts'

/** Which of its addresses an account confirms. */
export interface VerifyAddressInput {
  kind: 'email' | 'phone'
}

/** Another address for an account. */
export interface ChangeAddressInput {
  /** The new e-mail address, or else the new phone number. */
  email?: string | undefined
  phone?: string | undefined
  /** Needed where the account has a password. */
  currentPassword?: string | undefined
}

/** Addresses that are confirmed by codes. */
export interface Addresses {
  /** Sends a code to an address of the viewer. @throws invalid-input, not-configured, rate-limited */
  verify(viewer: Viewer, input: VerifyAddressInput, client?: ClientInfo): Promise<CodeSent>
  /**
   * Sends a code to an address that the viewer is to have; until it is given the account keeps what it has.
   * @throws invalid-input, wrong-password, account-locked, not-configured, rate-limited
   */
  change(viewer: Viewer, input: ChangeAddressInput, client?: ClientInfo): Promise<CodeSent>
  /**
   * Confirms an address by the code that was sent to it, signed in or not. Of a change both mailboxes are told; the old one gets a link that
   * takes it back for 72 hours. @throws code-invalid, identifier-taken, rate-limited
   */
  confirm(input: CodeInput, client?: ClientInfo): Promise<void>
  /**
   * Takes a change of address back, by the link that the old mailbox got: the account has the old address again, every session ends, the
   * password is taken away, and so is what was added to sign in with since. @throws code-invalid, identifier-taken, rate-limited
   */
  revert(input: CodeInput, client?: ClientInfo): Promise<void>
}

/** The schemas of these inputs. */
export interface AddressInputs {
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
      ...because({ code: 'required', message: 'Give an e-mail address or a phone number, one of them' }),
      path: ['email'],
      when: isObject,
    }),
}

const verifiedAt = { email: 'emailVerifiedAt', phone: 'phoneVerifiedAt' } as const

/** Creates the addresses of one Kith instance. */
export function createAddresses(core: Core): Addresses {
  const { codes, limits, clock } = core
  const { users } = core.storage

  async function send(user: UserRecord, to: Recipient, client: ClientInfo): Promise<CodeSent> {
    if (!core.outgoing.can(headOf(to).channel)) throw new KithError('not-configured')
    await limits.beforeSending(to.address, client)
    const holder = await accountAt(core, to)
    const isTaken = holder !== null && holder.id !== user.id && holder[verifiedAt[to.kind]] !== null
    const mayGo = !isTaken && (await limits.maySend(to.address))
    const data = mayGo ? { to, from: user[to.kind] } : null
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
      const user = await own(viewer)
      const address = user[kind]
      if (address === null)
        throw new KithError('code-invalid', { detail: 'This account has no such address.' })
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
      const { to, from } = data
      const { kind, address } = to
      const verified = kind === 'email' ? 'emailVerified' : 'phoneVerified'
      const told = { userId: userId ?? '', fields: [...(address === from ? [] : [kind]), verified] }
      const changes = {
        ...(address !== from && { [kind]: address }),
        [verifiedAt[kind]]: clock(),
        expected: { [kind]: from },
      }
      const rows = joinRows(
        core.rowsOf('account.edited', () => told, { viewer: viewerOf(told.userId), client }),
        await changedAddress(core, told.userId, { to, from }),
      )
      for (let tries = 0; tries < 2; tries++) {
        const result = await users.update(told.userId, changes, undefined, rows)
        if (result.outcome === 'taken' && (await releaseAddress(core, to))) continue
        if (result.outcome === 'taken') throw taken(core, result.taken)
        if (result.outcome !== 'updated') throw new KithError('code-invalid')
        core.outgoing.kick()
        core.emit('account.edited', told)
        return
      }
      throw new KithError('code-invalid')
    },
    async revert(input, client = {}) {
      const { userId, data } = await codes.consume('revert-address', parseInput(codeInput, input), client)
      const { to, changed, at } = data
      const id = userId ?? ''
      const told = { userId: id, fields: [to.kind] }
      const changes = {
        [to.kind]: to.address,
        [verifiedAt[to.kind]]: clock(),
        endSessions: true,
        expected: { [to.kind]: changed },
      }
      const cause = { viewer: viewerOf(id), client }
      await releaseAddress(core, to, id)
      const rows = core.rowsOf('account.edited', () => told, cause)
      const result = await users.update(id, changes, undefined, rows)
      if (result.outcome === 'taken') throw taken(core, result.taken)
      if (result.outcome !== 'updated') throw new KithError('code-invalid')
      await endSessions(core, { id, epoch: result.user.sessionEpoch - 1, cause })
      core.emit('account.edited', told)
      await storePassword(core, id, { next: null, cause })
      await removeSince(core, id, { since: new Date(at), cause })
    },
  }
}

/**
 * The messages that tell both mailboxes of a change of address, to be stored with it; `undefined` where nothing changes or nobody can be
 * told. The link for the old one is made before, so that nothing comes between the change and the messages.
 */
export async function changedAddress(
  core: Core,
  userId: string,
  { to, from }: { to: Recipient; from: string | null },
): Promise<OutboxRows | undefined> {
  const { channel, language } = headOf(to)
  if (to.address === from || from === null || !core.outgoing.can(channel)) return undefined
  const old = { ...to, address: from }
  const data = { to: old, changed: to.address, at: core.clock().getTime() }
  const secrets = await core.codes.make({ purpose: 'revert-address', userId, data })
  const link = linkOf(core.config.messages.links, 'revert-address', secrets)
  const until = new Date(core.clock().getTime() + 72 * 3_600_000)
  const content = { from, to: to.address }
  return core.outgoing.rows({ key: userId, until }, () => [
    { channel, language, to: from, kind: 'address-changed', content: { ...content, link } },
    { channel, language, to: to.address, kind: 'address-changed', content: { ...content, link: null } },
  ])
}

/** Removes what an account can sign in with since a moment: it was added by whoever had changed the address. */
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
