import { isKithError, KithError, RetryLaterError } from '@kith/core'

/** Codes of a server that is changing its role, going down or cut off (https://www.mongodb.com/docs/manual/reference/error-codes/). */
const unavailable: ReadonlySet<unknown> = new Set([
  6, 7, 64, 89, 91, 133, 134, 189, 262, 9001, 10058, 10107, 11600, 11602, 13388, 13435, 13436,
])

/** Codes of locks and conflicts, and of a server that takes no more. */
const busy: ReadonlySet<unknown> = new Set([24, 46, 50, 112, 202, 251, 290, 462])

const full: ReadonlySet<unknown> = new Set([14031])

/** Codes that no retry mends, and what mends them. */
const remedies: Readonly<Record<number, string>> = Object.freeze({
  13: 'The user of the connection may not do this: give it the role readWrite on the database.',
  18: 'The server refused the user or the password of the connection.',
  20: 'The server has no transactions any more: create the storage anew after changing the kind of deployment.',
  26: 'The schema is not there: run kith.storage.migrate() first.',
  27: 'The schema is not there: run kith.storage.migrate() first.',
  121: 'A validation rule of the database refuses the record: take the rule off the collections of Kith.',
  10334: 'The record is larger than a document may be.',
  11000: 'The record breaks a rule of the schema: every id must be new.',
})

/** Errors of the driver itself, by name: classes differ between copies of the driver. */
const withoutServer: ReadonlySet<string> = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoServerClosedError',
  'MongoPoolClearedError',
  'MongoPoolClearedOnNetworkError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoTopologyClosedError',
  'MongoNotConnectedError',
  'MongoClientClosedError',
  'MongoExpiredSessionError',
])

/** A socket that closes at the wrong moment gives its own error, which the driver hands on as it is. */
const closedSocket =
  /^(?:E(?:CANCELED|CONN[A-Z]+|HOST[A-Z]+|NET[A-Z]+|NOTCONN|PIPE|TIMEDOUT)|ERR_(?:SOCKET|STREAM)_[A-Z_]+)$/

interface DriverError extends Error {
  code?: unknown
  errorLabels?: unknown
  errorResponse?: unknown
}

/** Gives an error of the driver its Kith code, with the original as the cause; passes any other error on. */
export function toStorageError(error: unknown): unknown {
  if (isClosedSocket(error)) return new RetryLaterError('storage-unavailable', 5, error)
  if (!isDriverError(error)) return error
  const { code } = error
  const cause = withoutValues(error)
  if (full.has(code) || /space quota/.test(error.message))
    return new RetryLaterError('storage-full', 60, cause)
  if (busy.has(code)) return new RetryLaterError('storage-busy', 1, cause)
  if (unavailable.has(code)) return new RetryLaterError('storage-unavailable', 5, cause)
  if (isAuthentication(error)) return new KithError('storage-failed', { detail: remedies[18], cause })
  if (withoutServer.has(error.name)) return new RetryLaterError('storage-unavailable', 5, cause)
  return new KithError('storage-failed', { detail: remedy(code), cause })
}

/** Whether a document could not be saved because a unique field of another one has its value. */
export function isDuplicate(error: unknown): boolean {
  return isDriverError(error) && error.code === 11000
}

/** Whether a collection was there already. */
export function isThere(error: unknown): boolean {
  return isDriverError(error) && error.code === 48
}

/** Whether an index of that name or kind is there, but another one. */
export function isConflictingIndex(error: unknown): boolean {
  return isDriverError(error) && (error.code === 85 || error.code === 86)
}

/** Whether the server may have become another one: it was not reached, or has no transactions although it had. */
export function isOtherServer(error: unknown): boolean {
  if (isClosedSocket(error)) return true
  return (
    isDriverError(error) &&
    (withoutServer.has(error.name) || unavailable.has(error.code) || error.code === 20)
  )
}

/** Why a bulk of writes failed: the error that the driver wraps has the name, the code and the labels that count. */
export function reasonOfBulk(error: unknown): unknown {
  return isDriverError(error) && isDriverError(error.errorResponse) ? error.errorResponse : error
}

function isDriverError(error: unknown): error is DriverError {
  return error instanceof Error && !isKithError(error) && error.name.startsWith('Mongo')
}

function isClosedSocket(error: unknown): boolean {
  return error instanceof Error && 'code' in error && closedSocket.test(String(error.code))
}

function isAuthentication({ cause, message }: DriverError): boolean {
  return isDriverError(cause) ? cause.code === 18 : /authentication failed/i.test(message)
}

function remedy(code: unknown): string {
  const known = typeof code === 'number' ? remedies[code] : undefined
  return known ?? 'MongoDB refused the command: see the cause of this error in the log.'
}

/** The message about a duplicate quotes it, and with it perhaps an address. */
function withoutValues(error: DriverError): Error {
  if (error.code !== 11000) return error
  const [message] = error.message.split(' dup key:')
  return Object.assign(new Error(message), { name: error.name, code: error.code })
}
