import * as z from 'zod'
import { admit } from '../accounts/admit.ts'
import type { Cause, HostCause } from '../cause.ts'
import type { Core } from '../core.ts'
import { credentialKinds, waysIn } from '../credentials/credential-kinds.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import { KithError, RetryLaterError } from '../errors.ts'
import { because, lineOfText, parseInput, visible } from '../input.ts'
import type { Author } from '../profiles/user.ts'
import { demandOwner } from '../sessions/actor.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { invitationField } from '../accounts/account-inputs.ts'
import {
  findInvitation,
  type FoundInvitation,
  invitationKind,
  invitationsOf,
  isOpen,
  makeInvitationCode,
  mayInvite,
  readInvitation,
  stepInvitation,
  subjectOf,
  writeInvitation,
} from './stored-invitation.ts'

/** The input for a new invitation. */
export interface InvitationInput {
  /** How many accounts it admits. @default 1 @reason An invitation is for one person unless stated otherwise. */
  uses?: number | undefined
  /**
   * When it expires, as a time or as ISO 8601; no later than the default. @default after `accounts.invitations.lasts`
   */
  expiresAt?: Date | string | undefined
  /** The owner's name for it. */
  note?: string | undefined
}

const moment = z.iso.datetime({ offset: true })

const fields = {
  uses: z.int().min(1).max(1_000).optional(),
  note: visible(lineOfText(100)).pipe(z.string().min(1)).optional(),
}

/** The schema of {@link InvitationInput} as JSON. */
export const invitationInput: z.ZodType<InvitationInput> = z.strictObject({
  ...fields,
  expiresAt: moment.optional(),
})

/** The schema of an invitation code to look up. */
export const lookInput: z.ZodType<{ invitation: string }> = z.strictObject({ invitation: invitationField })

/** An invitation as its owner sees it. */
export interface Invitation {
  id: string
  note: string | null
  createdAt: string
  expiresAt: string
  /** How many accounts it admits. */
  uses: number
  /** How many more. */
  left: number
  /** `open`, or why it admits nobody: `paused` while its owner may not invite; the others are final. */
  state: 'open' | 'paused' | 'used-up' | 'expired' | 'revoked'
  /** The accounts that used it, without those that are gone or suspended. */
  invited: Author[]
}

/** A new invitation. Its code is shown only now. */
export interface NewInvitation extends Invitation {
  /** The `invitation` input of a registration. */
  code: string
}

/** What the invited person sees. */
export interface InvitationView {
  /** Who invites; `null` if that account is hidden. */
  inviter: Author | null
  expiresAt: string
}

/**
 * Invitations, with which strangers can register if `accounts.signUp` is `invite`. An invitation admits accounts only
 * while its owner may invite: is not suspended, and has a role in `accounts.invitations.roles`, unless the host created
 * it. Once a ban or a role change has resolved, it admits nobody; it works again when the owner may invite again.
 */
export interface Invitations {
  /**
   * Creates one, within the limits of the viewer's role. @throws invalid-input, impersonated, role-required,
   * too-many-invitations, rate-limited
   */
  create(viewer: Viewer, input?: InvitationInput, client?: ClientInfo): Promise<NewInvitation>
  /** The viewer's invitations, newest first. */
  list(viewer: Viewer): Promise<Invitation[]>
  /**
   * Revokes one: from that step on it admits nobody. Accounts it admitted stay. Idempotent. @throws
   * invitation-not-found, impersonated, rate-limited
   */
  revoke(viewer: Viewer, id: string, client?: ClientInfo): Promise<void>
  /** Who invites the holder of this code. @throws invitation-invalid, rate-limited */
  look(code: string, client?: ClientInfo): Promise<InvitationView>
  /**
   * For the host: creates one on behalf of an account, whatever its role now or later. @throws invalid-input,
   * account-not-found, too-many-invitations
   */
  createFor(userId: string, input?: InvitationInput, by?: HostCause): Promise<NewInvitation>
  /** Revokes one of any account. @throws invitation-not-found */
  revokeOf(userId: string, id: string, by?: HostCause): Promise<void>
}

/** How many an account may have open, and how many accounts each may admit. */
interface Allowance {
  open: number
  uses: number
}

/** The host's limits for each account. */
const hostAllowance: Allowance = { open: credentialKinds.invitation.atMost, uses: 1_000 }

/** How often an invitation is reread after it was used concurrently. */
const mostTries = 1_000

/** Creates the invitations of one Kith instance. */
export function createInvitations(core: Core): Invitations {
  const { config, limits, makeId, clock } = core
  const { credentials } = core.storage
  const { roles, lastsSeconds } = config.accounts.invitations

  async function make(
    userId: string,
    input: InvitationInput,
    { allowed, by, byHost }: { allowed: Allowance; by: Cause; byHost?: true },
  ): Promise<NewInvitation> {
    const now = clock()
    const latest = new Date(now.getTime() + lastsSeconds * 1000)
    const {
      uses = 1,
      expiresAt = latest,
      note = null,
    } = parseInput(schemaFor(allowed, { now, latest }), input)
    await makeRoom(userId, allowed)
    const code = makeInvitationCode(config.random)
    const credential: CredentialRecord = {
      id: makeId(),
      userId,
      kind: invitationKind,
      subject: subjectOf(code),
      name: note,
      data: writeInvitation({
        limit: uses,
        expiresAt: expiresAt.getTime(),
        revokedAt: null,
        used: [],
        byHost,
      }),
      version: 0,
      createdAt: now,
      usedAt: null,
    }
    const told = { userId, invitationId: credential.id, uses }
    const rows = core.rowsOf('invitation.created', () => told, by)
    const added = await credentials.add(credential, allowed.open, rows)
    if (added === 'too-many') throw tooMany()
    if (added !== 'added') throw new KithError('account-not-found')
    core.emit('invitation.created', told, by)
    const [shown] = await show(userId, [readInvitation(credential)])
    if (!shown) throw new TypeError('an invitation that was given is shown')
    return { ...shown, code }
  }

  /** Removes those that can no longer admit anyone, the oldest first, if the store would have no room for another. */
  async function makeRoom(userId: string, { open }: Allowance): Promise<void> {
    const all = await invitationsOf(core, userId)
    const now = clock()
    if (all.filter((each) => isOpen(each, now)).length >= open) throw tooMany()
    const over = all.filter((each) => !isOpen(each, now))
    for (const { credential } of over.slice(0, Math.max(0, all.length - open + 1)))
      await credentials.remove(credential, waysIn(config))
  }

  async function show(userId: string, all: readonly FoundInvitation[]): Promise<Invitation[]> {
    const [people, owner] = await Promise.all([
      core.presentUsers.authors(all.flatMap(({ used }) => used)),
      core.storage.users.byId(userId),
    ])
    const now = clock()
    return all.map((each) => ({
      id: each.credential.id,
      note: each.credential.name,
      createdAt: each.credential.createdAt.toISOString(),
      expiresAt: new Date(each.expiresAt).toISOString(),
      uses: each.limit,
      left: Math.max(0, each.limit - each.used.length),
      state: stateOf(each, now) ?? (owner && mayInvite(core, each, owner) ? 'open' : 'paused'),
      invited: each.used.flatMap((id) => people.get(id) ?? []),
    }))
  }

  async function revoke(userId: string, id: string, by: Cause): Promise<void> {
    for (let tries = 0; tries < mostTries; tries++) {
      const found = (await invitationsOf(core, userId)).find(({ credential }) => credential.id === id)
      if (!found) throw new KithError('invitation-not-found')
      if (found.revokedAt !== null) return
      const told = { userId, invitationId: id }
      const rows = core.rowsOf('invitation.revoked', () => told, by)
      if (!(await stepInvitation(core, found, { revokedAt: clock().getTime(), rows }))) continue
      core.emit('invitation.revoked', told, by)
      return
    }
    throw new RetryLaterError('busy', 1)
  }

  return {
    async create(viewer, input = {}, client = {}) {
      await limits.byAccount('changeByAccount', viewer.userId)
      await demandOwner(core, viewer)
      const { role } = await admit(core, viewer)
      const allowed = Object.hasOwn(roles, role) ? roles[role] : undefined
      if (!allowed)
        throw new KithError('role-required', {
          detail: 'You cannot create invitations in this app: ask an administrator.',
        })
      return await make(viewer.userId, input, { allowed, by: { viewer, client } })
    },
    list: async ({ userId }) => await show(userId, (await invitationsOf(core, userId)).reverse()),
    async revoke(viewer, id, client = {}) {
      await limits.byAccount('changeByAccount', viewer.userId)
      await demandOwner(core, viewer)
      await revoke(viewer.userId, id, { viewer, client })
    },
    async look(code, client = {}) {
      await limits.byAddress('codeByAddress', client)
      const { credential, expiresAt } = await findInvitation(core, parseInput(invitationField, code))
      const people = await core.presentUsers.authors([credential.userId])
      return {
        inviter: people.get(credential.userId) ?? null,
        expiresAt: new Date(expiresAt).toISOString(),
      }
    },
    async createFor(userId, input = {}, by = {}) {
      return await make(userId, input, { allowed: hostAllowance, by, byHost: true })
    },
    revokeOf: (userId, id, by = {}) => revoke(userId, id, by),
  }
}

function schemaFor(
  { uses }: Allowance,
  { now, latest }: { now: Date; latest: Date },
): z.ZodType<InvitationInput & { expiresAt?: Date | undefined }> {
  return z
    .strictObject({
      ...fields,
      expiresAt: z.union([z.date(), moment.transform((text) => new Date(text))]).optional(),
    })
    .refine((input) => (input.uses ?? 1) <= uses, {
      ...because({ code: 'too-large', maximum: uses, message: `Give at most ${uses}` }),
      path: ['uses'],
    })
    .refine(({ expiresAt = latest }) => expiresAt > now && expiresAt <= latest, {
      ...because({
        code: 'malformed',
        message: `Give a time in the future, ${latest.toISOString()} at most`,
      }),
      path: ['expiresAt'],
    })
}

/** Why it admits nobody any more; `null` if it does. */
function stateOf(each: FoundInvitation, now: Date): Invitation['state'] | null {
  if (each.revokedAt !== null) return 'revoked'
  if (each.used.length >= each.limit) return 'used-up'
  return each.expiresAt <= now.getTime() ? 'expired' : null
}

function tooMany(): KithError {
  return new KithError('too-many-invitations', {
    detail: 'Revoke one, or wait until one is used or expires.',
  })
}
