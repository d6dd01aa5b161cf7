import { codePurposes, headOf, linkOf, type Recipient } from '../codes/code-purposes.ts'
import type { Core } from '../core.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { UserChanges, UserRecord } from './user-store.ts'

/** A new address of an account. */
export interface AddressChange {
  /** Its `address` is `null` where the account gives one up and has no other of this kind. */
  to: Omit<Recipient, 'address'> & { address: string | null }
  from: string | null
  /** The new address if its owner has confirmed it; otherwise `null`. */
  proved: string | null
  /** Whether the old mailbox gets a link that reverts the change: not if the host made it, which may mistrust that mailbox. */
  canRevert: boolean
}

/** The purpose of the mark that a mailbox has a link to revert a change. */
export function linkMark(kind: Recipient['kind']): string {
  return `revert-address/${kind}`
}

/**
 * Whether a mailbox or phone that an account had has a link to take a change back. Until the link ends, an address that nobody has proved opens
 * nothing: the person behind the link would get back what somebody else has put into the account.
 */
export async function canBeTakenBack({ config, clock, storage }: Core, userId: string): Promise<boolean> {
  if (config.messages.links.revertAddress === null) return false
  const kinds = ['email', 'phone'] as const
  const marks = await Promise.all(
    kinds.map((kind) => storage.codes.find({ purpose: linkMark(kind), subject: userId, now: clock() })),
  )
  return marks.some((mark) => mark !== null)
}

const linkSeconds = codePurposes['revert-address'].seconds

/** The notifications about a change of address. */
export interface AddressNews {
  /**
   * The messages to both mailboxes, to be stored with the change; `undefined` if nothing changes or there is no one to
   * notify.
   */
  rows: OutboxRows | undefined
  /** Call it after the change. */
  done(): Promise<void>
}

const nothing: AddressNews = { rows: undefined, done: () => Promise.resolve() }

/** Tells the email address, or a phone number that is the owner's for sure, that the account has one of the other kind as well now. */
async function newsOfFirst(
  core: Core,
  userId: string,
  { kind, address, language }: AddressChange['to'],
): Promise<AddressNews> {
  const user = address === null ? null : await core.storage.users.byId(userId)
  const other = kind === 'phone' ? user?.email : user?.phoneVerifiedAt && user.phone
  const head = other && headOf({ kind: kind === 'phone' ? 'email' : 'phone', address: other, language })
  if (!head || !core.outgoing.can(head.channel)) return nothing
  const until = new Date(core.clock().getTime() + linkSeconds * 1000)
  const content = { from: null, to: address, link: null }
  return {
    ...nothing,
    rows: core.outgoing.rows(until, () => [{ ...head, kind: 'address-changed', content }]),
  }
}

/**
 * Prepares the notifications about a change of address. The link for the old mailbox is created first, so that nothing
 * can fail between the change and the messages. While one mailbox has a link, no later one gets any: otherwise a thief
 * who changes the address twice would have one too; the first link reverts all later changes. An unproved new mailbox
 * may be a stranger's, and gets no message.
 */
export async function newsOfAddress(
  core: Core,
  userId: string,
  { to, from, proved, canRevert }: AddressChange,
): Promise<AddressNews> {
  if (from === null) return await newsOfFirst(core, userId, to)
  const { codes } = core.storage
  const { channel, language } = headOf({ ...to, address: from })
  if (to.address === from || !core.outgoing.can(channel)) return nothing
  const [now, mark] = [core.clock(), { purpose: linkMark(to.kind), subject: userId }]
  const isFirst = canRevert && !(await codes.find({ ...mark, now }))
  const data = { to: { ...to, address: from }, at: now.getTime() }
  const secrets = isFirst ? await core.codes.make({ purpose: 'revert-address', userId, data }) : null
  const link = secrets && linkOf(core.config.messages.links, 'revert-address', secrets)
  const until = new Date(now.getTime() + linkSeconds * 1000)
  const content = { from, to: to.address }
  const head = { channel, language, kind: 'address-changed' } as const
  return {
    rows: core.outgoing.rows(until, () => [
      { ...head, to: from, content: { ...content, link } },
      ...(proved === null ? [] : [{ ...head, to: proved, content: { ...content, link: null } }]),
    ]),
    async done() {
      if (!isFirst) return
      await codes.issue({ ...mark, userId, hashes: [], data: '', tries: 1, createdAt: now, expiresAt: until })
    },
  }
}

/** How the owner of an account is notified of its changed addresses. */
export interface EditNews extends Pick<AddressChange, 'canRevert'> {
  language: string | null
}

/** The notifications for an edit that changes addresses. */
export async function newsOfEdit(
  core: Core,
  before: UserRecord,
  { edits, language, canRevert }: EditNews & { edits: Pick<UserChanges, 'email' | 'phone'> },
): Promise<AddressNews[]> {
  const kinds = (['email', 'phone'] as const).filter((kind) => edits[kind] !== undefined)
  return await Promise.all(
    kinds.map((kind) => {
      const to = { kind, address: edits[kind] ?? null, language }
      return newsOfAddress(core, before.id, { to, from: before[kind], proved: null, canRevert })
    }),
  )
}
