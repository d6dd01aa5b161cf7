import { isKithError, KithError, RetryLaterError } from '@kith/core'
import { busyCodes, outOfDiskSpace, remedies, unavailableCodes } from './server-codes.ts'

/** Errors of the driver itself, by name: classes differ between copies of the driver. */
const withoutServer: ReadonlySet<string> = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoSystemError',
  'MongoStalePrimaryError',
  'MongoServerClosedError',
  'MongoPoolClearedError',
  // The only driver class with another kind of name: the server was silent, and its users are interrupted.
  'PoolClearedOnNetworkError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoTopologyClosedError',
  'MongoNotConnectedError',
  'MongoClientClosedError',
  'MongoExpiredSessionError',
  // A connection that ends between the parts of a response.
  'MongoUnexpectedServerResponseError',
  'MongoDecompressionError',
])

/** Errors of the driver about authentication. */
const withoutRights: ReadonlySet<string> = new Set([
  'MongoMissingCredentialsError',
  'MongoAWSError',
  'MongoOIDCError',
  'MongoAzureError',
  'MongoGCPError',
  'MongoKerberosError',
])

/** Errors of the driver about wrong use. */
const misconfigured: ReadonlySet<string> = new Set([
  'MongoParseError',
  'MongoAPIError',
  'MongoInvalidArgumentError',
  'MongoCompatibilityError',
  'MongoMissingDependencyError',
])

/** What the server or the driver reports for an error: checked first, except for codes that have a remedy. */
const labels: readonly [string, 'storage-busy' | 'storage-unavailable'][] = [
  ['SystemOverloadedError', 'storage-busy'],
  ['UnknownTransactionCommitResult', 'storage-unavailable'],
  ['RetryableWriteError', 'storage-unavailable'],
  ['PoolRequestedRetry', 'storage-unavailable'],
  ['ResetPool', 'storage-unavailable'],
  ['InterruptInUseConnections', 'storage-unavailable'],
  ['TransientTransactionError', 'storage-busy'],
  ['RetryableError', 'storage-busy'],
  ['NoWritesPerformed', 'storage-busy'],
]

/**
 * A socket that closes at the wrong moment, or a name that is not found, has its own error, which the driver passes on
 * unchanged.
 */
const lostConnection =
  /^(?:E(?:AI_[A-Z]+|CANCELED|CANCELLED|CONN[A-Z]+|HOST[A-Z]+|NET[A-Z]+|NODATA|NOTCONN|NOTFOUND|PIPE|PROTO|REFUSED|SERVFAIL|TIMEDOUT|TIMEOUT)|ERR_(?:SOCKET|STREAM|SSL|TLS)_[A-Z0-9_]+)$/

interface DriverError extends Error {
  code?: unknown
  errorResponse?: unknown
  originalError?: unknown
  hasErrorLabel?(label: string): boolean
}

/** Converts a driver error to a Kith error, with the original as the cause; returns any other error unchanged. */
export function toStorageError(error: unknown): unknown {
  if (hasLostConnection(error)) return new RetryLaterError('storage-unavailable', 5, error)
  if (!isDriverError(error)) return error
  const cause = withoutValues(error)
  const code = retryCodeOf(error)
  if (code) return new RetryLaterError(code, retrySeconds[code], cause)
  return new KithError('storage-failed', { detail: remedyOf(error), cause })
}

const retrySeconds = Object.freeze({ 'storage-full': 60, 'storage-busy': 1, 'storage-unavailable': 5 })

/** The Kith error for a temporary failure; `null` if it is not one. */
function retryCodeOf(error: DriverError): keyof typeof retrySeconds | null {
  const code = codeOf(error)
  if (code === outOfDiskSpace || /space quota/.test(error.message)) return 'storage-full'
  if (isAuthentication(error) || (typeof code === 'number' && code in remedies)) return null
  if (withoutServer.has(error.name)) return 'storage-unavailable'
  const label = labels.find(([name]) => error.hasErrorLabel?.(name))
  if (label) return label[1]
  if (busyCodes.has(code)) return 'storage-busy'
  return unavailableCodes.has(code) ? 'storage-unavailable' : null
}

/** Whether a document could not be saved because another one has the value of a unique field. */
export function isDuplicate(error: unknown): boolean {
  return isDriverError(error) && error.code === 11000
}

/** Whether a collection already existed. */
export function isThere(error: unknown): boolean {
  return isDriverError(error) && error.code === 48
}

/** Whether an index with that name or keys already exists, but a different one. */
export function isConflictingIndex(error: unknown): boolean {
  return isDriverError(error) && (error.code === 85 || error.code === 86)
}

/** Whether the server may have changed: it was not reached, or has lost its transactions. */
export function isOtherServer(error: unknown): boolean {
  if (hasLostConnection(error)) return true
  if (!isDriverError(error)) return false
  const code = codeOf(error)
  return withoutServer.has(error.name) || unavailableCodes.has(code) || code === 20
}

/** Why a bulk write failed: the error that the driver wraps has the relevant name, code and labels. */
export function reasonOfBulk(error: unknown): unknown {
  return isDriverError(error) && isDriverError(error.errorResponse) ? error.errorResponse : error
}

function isDriverError(error: unknown): error is DriverError {
  if (!(error instanceof Error) || isKithError(error)) return false
  return error.name.startsWith('Mongo') || withoutServer.has(error.name)
}

function hasLostConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && lostConnection.test(String(error.code))
}

/** The code of the server, even if the driver wraps its error in one of its own. */
function codeOf({ code, originalError }: DriverError): unknown {
  return code === undefined && isDriverError(originalError) ? originalError.code : code
}

function isAuthentication({ name, cause, message }: DriverError): boolean {
  if (withoutRights.has(name)) return true
  return isDriverError(cause) ? cause.code === 18 : /authentication failed/i.test(message)
}

function remedyOf(error: DriverError): string | undefined {
  const code = codeOf(error)
  if (typeof code === 'number' && remedies[code]) return remedies[code]
  if (isAuthentication(error)) return remedies[18]
  if (misconfigured.has(error.name))
    return 'The driver refused the connection string, an option of the client, or the server: see the cause of this error in the log.'
  return 'MongoDB refused the command: see the cause of this error in the log.'
}

/** The message about a duplicate contains it, and possibly an address. */
function withoutValues(error: DriverError): Error {
  if (error.code !== 11000) return error
  const [message] = error.message.split(' dup key:')
  return Object.assign(new Error(message), { name: error.name, code: error.code })
}
