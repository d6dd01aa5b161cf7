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

/** What somebody says of an invitation that they make. */
export interface InvitationInput {
  /** How many accounts it lets in. @default 1 @reason One person is meant, where nobody says otherwise. */
  uses?: number | undefined
  /** When it ends, as a time or as ISO 8601; at most as late as one that is made without a word. @default after `accounts.invitations.lasts` */
  expiresAt?: Date | string | undefined
  /** What its owner calls it. */
  note?: string | undefined
}

const moment = z.iso.datetime({ offset: true })

const fields = {
  uses: z.int().min(1).max(1_000).optional(),
  note: visible(lineOfText(100)).pipe(z.string().min(1)).optional(),
}

/** The schema of {@link InvitationInput} as JSON has it. */
export const invitationInput: z.ZodType<InvitationInput> = z.strictObject({
  ...fields,
  expiresAt: moment.optional(),
})

/** The schema of the code of an invitation that is looked up. */
export const lookInput: z.ZodType<{ invitation: string }> = z.strictObject({ invitation: invitationField })

/** An invitation as its owner sees it. */
export interface Invitation {
  id: string
  note: string | null
  createdAt: string
  expiresAt: string
  /** How many accounts it lets in. */
  uses: number
  /** How many more. */
  left: number
  /** `open`, or why it lets nobody in: `paused` while its owner may not invite, and the others for good. */
  state: 'open' | 'paused' | 'used-up' | 'expired' | 'revoked'
  /** Who came in by it, without those whose account is gone or suspended. */
  invited: Author[]
}

/** An invitation that was just made. Its code is shown this once. */
export interface NewInvitation extends Invitation {
  /** What somebody gives as `invitation` who registers. */
  code: string
}

/** What the person learns who was invited. */
export interface InvitationView {
  /** Who invites; `null` where nothing of that account is shown. */
  inviter: Author | null
  expiresAt: string
}

/**
 * Invitations, by which strangers come to have an account where `accounts.signUp` is `invite`. One lets in only while its owner may invite: is not
 * suspended, and has a role of `accounts.invitations.roles`, unless the host made it. Once a ban or a new role has resolved, nobody is counted by it;
 * it lets in again when the owner may.
 */
export interface Invitations {
  /** Makes one, as far as the role of the viewer allows it. @throws invalid-input, impersonated, role-required, too-many-invitations, rate-limited */
  create(viewer: Viewer, input?: InvitationInput, client?: ClientInfo): Promise<NewInvitation>
  /** Those of the viewer, the newest first. */
  list(viewer: Viewer): Promise<Invitation[]>
  /** Takes one back: from that step on nobody comes in by it. Who is in stays. Idempotent. @throws invitation-not-found, impersonated, rate-limited */
  revoke(viewer: Viewer, id: string, client?: ClientInfo): Promise<void>
  /** Who invites somebody who has this code. @throws invitation-invalid, rate-limited */
  look(code: string, client?: ClientInfo): Promise<InvitationView>
  /** What the host does: makes one in the name of an account, whatever its role is now or later. @throws invalid-input, account-not-found, too-many-invitations */
  createFor(userId: string, input?: InvitationInput, by?: HostCause): Promise<NewInvitation>
  /** Takes one of any account back. @throws invitation-not-found */
  revokeOf(userId: string, id: string, by?: HostCause): Promise<void>
}

/** How many an account may have open, and how many accounts each may let in. */
interface Allowance {
  open: number
  uses: number
}

/** What the host has for each account. */
const hostAllowance: Allowance = { open: credentialKinds.invitation.atMost, uses: 1_000 }

/** So often one is read again that was used meanwhile. */
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

  /** Removes those that let nobody in any more, the oldest first, where the store would have no room for another. */
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

/** Why it lets nobody in any more; `null` where it does. */
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
