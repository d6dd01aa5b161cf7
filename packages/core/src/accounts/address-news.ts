import { codePurposes, headOf, linkOf, type Recipient } from '../codes/code-purposes.ts'
import type { Core } from '../core.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'

/** A new address of an account. */
export interface AddressChange {
  to: Recipient
  from: string | null
  /** Whether the owner of the new mailbox has confirmed it. */
  isProved: boolean
}

/** The purpose of the mark that a mailbox has a link to revert a change. */
export function linkMark(kind: Recipient['kind']): string {
  return `revert-address/${kind}`
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

/**
 * Prepares the notifications about a change of address. The link for the old mailbox is created first, so that nothing
 * can fail between the change and the messages. While one mailbox has a link, no later one gets any: otherwise a thief
 * who changes the address twice would have one too; the first link reverts all later changes. An unproved new mailbox
 * may be a stranger's, and gets no message.
 */
export async function newsOfAddress(
  core: Core,
  userId: string,
  { to, from, isProved }: AddressChange,
): Promise<AddressNews> {
  const { codes } = core.storage
  const { channel, language } = headOf(to)
  const nothing = { rows: undefined, done: () => Promise.resolve() }
  if (to.address === from || from === null || !core.outgoing.can(channel)) return nothing
  const [now, mark] = [core.clock(), { purpose: linkMark(to.kind), subject: userId }]
  const isFirst = !(await codes.find({ ...mark, now }))
  const data = { to: { ...to, address: from }, at: now.getTime() }
  const secrets = isFirst ? await core.codes.make({ purpose: 'revert-address', userId, data }) : null
  const link = secrets && linkOf(core.config.messages.links, 'revert-address', secrets)
  const until = new Date(now.getTime() + linkSeconds * 1000)
  const content = { from, to: to.address }
  const head = { channel, language, kind: 'address-changed' } as const
  const toNewMailbox = { ...head, to: to.address, content: { ...content, link: null } }
  return {
    rows: core.outgoing.rows(until, () => [
      { ...head, to: from, content: { ...content, link } },
      ...(isProved ? [toNewMailbox] : []),
    ]),
    async done() {
      if (!isFirst) return
      await codes.issue({ ...mark, userId, hashes: [], data: '', tries: 1, createdAt: now, expiresAt: until })
    },
  }
}
