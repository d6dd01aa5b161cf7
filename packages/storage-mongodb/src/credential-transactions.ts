import { KithError } from '@kith/core'
import type {
  AddCredentialResult,
  CredentialRecord,
  OutboxRows,
  RemoveCredentialResult,
  RemovedCredential,
  WaysIn,
} from '@kith/core/ports'
import type { Collection } from './collection.ts'
import type { Call } from './connection.ts'
import { type CredentialDocument, credentialDocument } from './credential-document.ts'
import { addToOutbox } from './outbox-rows.ts'
import { isDuplicate } from './storage-error.ts'
import { live, type UserDocument } from './user-document.ts'

/** A credential to add, with the rows of its event. */
interface NewCredential {
  credential: CredentialRecord
  atMost: number
  outbox: OutboxRows | undefined
}

/**
 * Every change to the credentials, the password or the addresses of an account, and its deletion, changes its document.
 */
const meeting = Object.freeze({ $inc: { changes: 1 } })

/** Adds a credential of a live account that has not too many of its kind. */
export function addCredential(call: Call, added: NewCredential): Promise<AddCredentialResult> {
  return call.transactional ? addInTransaction(call, added) : addAlone(call, added)
}

function addInTransaction(
  { atomically }: Call,
  { credential, atMost, outbox }: NewCredential,
): Promise<AddCredentialResult> {
  const { id, userId, kind, subject } = credential
  return atomically([userId, `${kind} ${subject}`], async (within, abort) => {
    const { users, credentials } = within
    const isLive = await users.update({ _id: userId, ...live }, meeting)
    const isTaken = isLive && (await credentials.first({ kind, subject })) !== null
    const refusal = !isLive ? 'gone' : isTaken ? 'taken' : await tooMany(credentials, credential, atMost)
    if (refusal) {
      await abort()
      return refusal
    }
    // A transaction reports an id in use also for a concurrent insert, and is retried.
    if (await credentials.first({ _id: id })) throw idInUse()
    await credentials.insert(credentialDocument(credential))
    await addToOutbox(within, outbox?.())
    return 'added'
  })
}

/**
 * On a standalone: adds it first, and then checks the account and the other credentials of its kind. Marking the
 * account deleted after that finds the credential.
 */
async function addAlone(
  { collections }: Call,
  { credential, atMost, outbox }: NewCredential,
): Promise<AddCredentialResult> {
  const { users, credentials } = collections
  const { id, userId } = credential
  const isGone = async (): Promise<boolean> => !(await users.first({ _id: userId, ...live }))
  if (await isGone()) return 'gone'
  if (!(await inserted(credentials, credential))) return 'taken'
  const refusal = (await isGone()) ? 'gone' : await tooMany(credentials, credential, atMost + 1)
  if (refusal) await credentials.remove({ _id: id })
  else await addToOutbox(collections, outbox?.())
  return refusal ?? 'added'
}

async function tooMany(
  credentials: Collection<CredentialDocument>,
  { userId, kind }: CredentialRecord,
  limit: number,
): Promise<'too-many' | null> {
  const found = await credentials.find({ userId, kind }, { fields: ['_id'], limit })
  return found.length >= limit ? 'too-many' : null
}

/** Whether its subject was free. */
async function inserted(
  credentials: Collection<CredentialDocument>,
  credential: CredentialRecord,
): Promise<boolean> {
  const { id, kind, subject } = credential
  for (;;) {
    try {
      await credentials.insert(credentialDocument(credential))
      return true
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
    if (await credentials.first({ kind, subject })) return false
    if (await credentials.first({ _id: id })) throw idInUse()
  }
}

/** A credential to remove. */
interface Removal extends Pick<CredentialRecord, 'id' | 'userId'> {
  waysIn: WaysIn
  outbox: OutboxRows | undefined
}

/** Removes a credential unless it is the last way in. */
export function removeCredential(
  { atomically }: Call,
  { id, userId, waysIn, outbox }: Removal,
): Promise<RemoveCredentialResult> {
  return atomically([userId], async (within, abort) => {
    const { users, credentials } = within
    const user = await users.change({ _id: userId, ...live }, meeting)
    const all = await credentials.find({ userId }, { fields: ['_id', 'kind'] })
    const own = all.find(({ _id }) => _id === id)
    const others = all.filter((each) => each !== own)
    const isThere = user !== null && own !== undefined
    if (isThere && waysIn.kinds.includes(own.kind) && !hasWayIn(user, others, waysIn)) {
      await abort()
      return 'last-way-in'
    }
    if (!isThere || !(await credentials.remove({ _id: id, userId }))) {
      await abort()
      return 'gone'
    }
    await addToOutbox(within, outbox?.())
    return 'removed'
  })
}

/** Credentials to remove, even if none is left. */
interface RemovalOfAll {
  userId: string
  kinds: readonly string[] | undefined
  outbox: OutboxRows<RemovedCredential[]> | undefined
}

/** Removes the credentials of an account, or those of some kinds, and returns their ids. */
export function removeCredentials(
  { atomically, transactional }: Call,
  { userId, kinds, outbox }: RemovalOfAll,
): Promise<RemovedCredential[]> {
  return atomically([userId], async (within) => {
    const { credentials } = within
    const own = { userId, ...(kinds && { kind: { $in: [...kinds] } }) }
    const found = await credentials.find(own, { fields: ['_id', 'kind'], sort: { _id: 1 } })
    const removed: RemovedCredential[] = []
    if (transactional) {
      removed.push(...found.map(({ _id, kind }) => ({ id: _id, kind })))
      if (found.length > 0) await credentials.removeAll({ _id: { $in: found.map(({ _id }) => _id) } })
    } else {
      // Others may remove them too, and the response to a command does not say which of several it has removed.
      for (const { _id, kind } of found)
        if (await credentials.remove({ _id })) removed.push({ id: _id, kind })
    }
    if (removed.length > 0) await addToOutbox(within, outbox?.(structuredClone(removed)))
    return removed
  })
}

/** Whether an account can be opened with its password, a verified address or one of these credentials. */
function hasWayIn(
  user: UserDocument,
  credentials: readonly Pick<CredentialDocument, 'kind'>[],
  { kinds, addresses }: WaysIn,
): boolean {
  return (
    user.passwordHash !== null ||
    addresses.some((name) => user[name] !== undefined && user[`${name}VerifiedAt`] !== null) ||
    credentials.some(({ kind }) => kinds.includes(kind))
  )
}

function idInUse(): KithError {
  return new KithError('storage-failed', {
    detail: 'The id of the credential is in use: every id must be new.',
  })
}
