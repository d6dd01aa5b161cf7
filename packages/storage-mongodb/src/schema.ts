import type { IndexDescription } from 'mongodb'
import type { Documents } from './collections.ts'
import { longAgo } from './media-document.ts'

/** Of the rows of a queue. */
const ofRows: readonly IndexDescription[] = Object.freeze([
  { name: 'ofAccount', key: { userId: 1, sequence: 1 } },
  { name: 'age', key: { at: 1 } },
])
/** Of the accounts by which they are leased. */
const ofAccounts: readonly IndexDescription[] = Object.freeze([
  { name: 'turns', key: { heldUntil: 1, since: 1 } },
])

/**
 * Every index besides those on `_id`: first equality, then the order, then ranges. Unique ones are sparse, which leaves
 * out the documents without the field; those that few documents need are partial.
 */
export const indexes: Readonly<Record<keyof Documents, readonly IndexDescription[]>> = Object.freeze({
  users: [
    { name: 'username', key: { username: 1 }, unique: true, sparse: true },
    { name: 'names', key: { names: 1 }, unique: true, sparse: true },
    { name: 'held', key: { 'held.until': 1 }, sparse: true },
    { name: 'email', key: { email: 1 }, unique: true, sparse: true },
    { name: 'phone', key: { phone: 1 }, unique: true, sparse: true },
    { name: 'unseen', key: { unseen: 1, _id: 1 }, partialFilterExpression: { unseen: true } },
    { name: 'banned', key: { banned: 1, _id: -1 }, partialFilterExpression: { banned: true } },
    { name: 'banEnds', key: { banned: 1, bannedUntil: 1 }, partialFilterExpression: { banned: true } },
    { name: 'ofRole', key: { role: 1, _id: -1 }, sparse: true },
    { name: 'waiting', key: { waiting: 1, _id: -1 }, partialFilterExpression: { waiting: true } },
    { name: 'hidden', key: { marked: 1, _id: -1 }, partialFilterExpression: { marked: true } },
    { name: 'deleted', key: { toPurge: 1, _id: 1 }, partialFilterExpression: { toPurge: true } },
  ],
  sessions: [
    { name: 'ofUser', key: { userId: 1, revokedAt: 1, _id: -1, expiresAt: 1 } },
    { name: 'ended', key: { endsAt: 1 } },
  ],
  edges: [
    // With the node at the other end, so that lists and follows are read from the index alone.
    { name: 'out', key: { from: 1, kind: 1, hidden: 1, id: -1, to: 1 } },
    { name: 'in', key: { to: 1, kind: 1, hidden: 1, id: -1, from: 1 } },
  ],
  posts: [
    // The feed selects the index by its last field.
    { name: 'ofAuthor', key: { authorId: 1, state: 1, _id: -1, createdAt: -1 } },
    { name: 'removed', key: { state: 1, _id: 1 }, partialFilterExpression: { state: 'removed' } },
  ],
  media: [
    { name: 'ofOwner', key: { ownerId: 1, _id: -1 } },
    { name: 'ofSubject', key: { 'attachment.subject': 1, 'attachment.use': 1 }, sparse: true },
    {
      name: 'unused',
      key: { unusedSince: 1, _id: 1 },
      partialFilterExpression: { unusedSince: { $gte: longAgo } },
    },
    { name: 'released', key: { released: 1, _id: 1 }, partialFilterExpression: { released: true } },
  ],
  facts: [],
  outbox: ofRows,
  outboxAccounts: ofAccounts,
  messages: ofRows,
  messageAccounts: ofAccounts,
  audit: [
    { name: 'ofAccount', key: { userId: 1, _id: -1 } },
    { name: 'age', key: { at: 1 } },
  ],
  codes: [
    { name: 'ofUser', key: { userId: 1, purpose: 1 } },
    { name: 'ended', key: { expiresAt: 1 } },
  ],
  credentials: [
    { name: 'subject', key: { kind: 1, subject: 1 }, unique: true },
    { name: 'ofUser', key: { userId: 1, _id: 1 } },
  ],
  schema: [],
})
