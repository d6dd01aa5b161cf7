import { createRequire } from 'node:module'
import * as driver from 'mongodb'
import { MongoBulkWriteError, MongoNetworkError, MongoServerError, MongoWriteConcernError } from 'mongodb'
import { expect, test } from 'vitest'
import { isOtherServer, reasonOfBulk, toStorageError } from './storage-error.ts'

const require = createRequire(import.meta.url)
const internals = require('mongodb/lib/cmap/errors.js') as Record<string, unknown>
const { MONGODB_ERROR_CODES: codes } = require('mongodb/lib/error.js') as {
  MONGODB_ERROR_CODES: Record<string, number>
}

/** An error of each class of the driver, by class. */
const errors = new Map(
  [...Object.values(driver), ...Object.values(internals)]
    .filter((value) => typeof value === 'function')
    .filter(({ prototype }) => prototype instanceof Error)
    .map((kind) => {
      const error = Object.create(kind.prototype as Error) as Error
      return [kind.name, Object.assign(error, { errorLabelSet: new Set(), message: 'something happened' })]
    }),
)

const codeOf = (error: unknown): unknown => (toStorageError(error) as { code?: unknown }).code
const namesWith = (code: string): string[] =>
  [...errors].filter(([, error]) => codeOf(error) === code).map(([name]) => name)

test('every error class of the driver becomes a storage error', () => {
  expect(errors.size).toBeGreaterThan(40)
  const unknown = [...errors.values()].filter((error) => !String(codeOf(error)).startsWith('storage-'))
  expect(unknown).toEqual([])
})

test('errors after the loss of a server allow a retry, and the server is checked again', () => {
  const lost = namesWith('storage-unavailable')
  expect(lost.sort()).toEqual([
    'MongoClientClosedError',
    'MongoDecompressionError',
    'MongoExpiredSessionError',
    'MongoNetworkError',
    'MongoNetworkTimeoutError',
    'MongoNotConnectedError',
    'MongoOperationTimeoutError',
    'MongoServerClosedError',
    'MongoServerSelectionError',
    'MongoStalePrimaryError',
    'MongoSystemError',
    'MongoTopologyClosedError',
    'MongoUnexpectedServerResponseError',
    'PoolClearedError',
    'PoolClearedOnNetworkError',
    'PoolClosedError',
    'WaitQueueTimeoutError',
  ])
  for (const name of lost) expect(isOtherServer(errors.get(name)), name).toBe(true)
})

test('the remaining errors are bugs or wrong settings, with different solutions', () => {
  const details = namesWith('storage-failed').map((name) => {
    const { detail } = toStorageError(errors.get(name)) as { detail: string }
    return [name, detail] as const
  })
  const byRemedy = Map.groupBy(details, ([, detail]) => detail)
  const namesFor = (part: string): string[] =>
    [...byRemedy].flatMap(([detail, found]) => (detail.includes(part) ? found.map(([name]) => name) : []))
  expect(namesFor('user or the password').sort()).toEqual([
    'MongoAWSError',
    'MongoAzureError',
    'MongoGCPError',
    'MongoKerberosError',
    'MongoMissingCredentialsError',
    'MongoOIDCError',
  ])
  expect(namesFor('connection string').sort()).toEqual([
    'MongoAPIError',
    'MongoCompatibilityError',
    'MongoInvalidArgumentError',
    'MongoMissingDependencyError',
    'MongoParseError',
  ])
  // A responding server has given the reason as a code; the rest concerns features that Kith does not use.
  expect(
    namesFor('refused the command').filter((name) => !/Crypt|GridFS|BulkWrite|Cursor/.test(name)),
  ).toEqual([
    'MongoBatchReExecutionError',
    'MongoChangeStreamError',
    'MongoDriverError',
    'MongoError',
    'MongoRuntimeError',
    'MongoServerError',
    'MongoTransactionError',
    'MongoWriteConcernError',
  ])
})

const seconds = { 'storage-unavailable': 5, 'storage-busy': 1, 'storage-full': 60 }

test.each([
  ['6 of a host that cannot be reached', 6, 'storage-unavailable'],
  ['91 of a server that stops', 91, 'storage-unavailable'],
  ['189 of a server that steps down', 189, 'storage-unavailable'],
  ['10107 of a server that is no primary', 10107, 'storage-unavailable'],
  ['43 of a cursor that a restart took away', 43, 'storage-busy'],
  ['112 of a conflict', 112, 'storage-busy'],
  ['365 of a cache under pressure', 365, 'storage-busy'],
  ['371 of writes that are blocked for a while', 371, 'storage-busy'],
  ['388 of a transaction too large for the cache', 388, 'storage-busy'],
  ['11601 of a command that somebody killed', 11601, 'storage-busy'],
  ['14031 of a full disk', 14031, 'storage-full'],
] as const)('code %s allows a retry', (_, code, expected) => {
  const refused = new MongoServerError({ message: 'no', code })
  expect(toStorageError(refused)).toMatchObject({
    code: expected,
    retryAfterSeconds: seconds[expected],
    cause: refused,
  })
  const unsure = new MongoWriteConcernError({ ok: 1, writeConcernError: { code, errmsg: 'no' } })
  expect(toStorageError(unsure)).toMatchObject({ code: expected })
})

// Those of shards are retried by the mongos, the last one by the driver, and the others concern features that Kith does not use.
test('all codes that the driver knows are temporary, except these', () => {
  const lasting = Object.entries(codes).filter(
    ([, code]) => codeOf(new MongoServerError({ message: 'no', code })) === 'storage-failed',
  )
  expect(lasting.map(([name]) => name)).toEqual([
    'AuthenticationFailed',
    'StaleShardVersion',
    'StaleEpoch',
    'StaleConfig',
    'RetryChangeStream',
    'FailedToSatisfyReadPreference',
    'LegacyNotPrimary',
    'NamespaceNotFound',
    'IllegalOperation',
    'UnknownReplWriteConcern',
    'Reauthenticate',
  ])
})

test.each([
  ['RetryableWriteError', 'storage-unavailable'],
  ['UnknownTransactionCommitResult', 'storage-unavailable'],
  ['TransientTransactionError', 'storage-busy'],
  ['SystemOverloadedError', 'storage-busy'],
  ['RetryableError', 'storage-busy'],
])('an unknown code allows a retry if it has the label %s', (label, expected) => {
  const refused = new MongoServerError({ message: 'no', code: 999_999, errorLabels: [label] })
  expect(codeOf(refused)).toBe(expected)
  expect(codeOf(new MongoServerError({ message: 'no', code: 13, errorLabels: [label] }))).toBe(
    'storage-failed',
  )
})

test('a server that no longer has transactions is checked again, even if the driver reports it differently', () => {
  const originalError = new MongoServerError({
    message: 'Transaction numbers are only allowed on …',
    code: 20,
  })
  const error = new MongoServerError({ message: 'does not support retryable writes', originalError })
  expect(isOtherServer(error)).toBe(true)
  expect(toStorageError(error)).toMatchObject({ detail: expect.stringContaining('no transactions any more') })
})

test.each(['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'ERR_STREAM_DESTROYED', 'ERR_SSL_BAD_RECORD_MAC', 'EPROTO'])(
  'a socket that closed with %s is an unreachable storage',
  (code) => {
    const closed = Object.assign(new Error('This socket has been ended by the other party'), { code })
    expect(toStorageError(closed)).toMatchObject({
      code: 'storage-unavailable',
      retryAfterSeconds: 5,
      cause: closed,
    })
    expect(isOtherServer(closed)).toBe(true)
  },
)

test.each(['ENOTFOUND', 'ESERVFAIL', 'ETIMEOUT', 'EREFUSED', 'EAI_AGAIN'])(
  'a cluster whose name cannot be resolved (%s) is an unreachable storage',
  (code) => {
    const lookup = Object.assign(new Error(`querySrv ${code} _mongodb._tcp.example.com`), { code })
    expect(codeOf(lookup)).toBe('storage-unavailable')
  },
)

test('a bulk write fails with the reason that the driver wraps, including its labels', () => {
  const lost = new MongoNetworkError('connection 7 closed')
  lost.addErrorLabel('TransientTransactionError')
  const wrapped = new MongoBulkWriteError(lost, {} as never)
  expect(reasonOfBulk(wrapped)).toBe(lost)
  expect(toStorageError(reasonOfBulk(wrapped))).toMatchObject({ code: 'storage-unavailable' })
  const refused = new MongoServerError({ message: 'no', code: 13 })
  expect(reasonOfBulk(refused)).toBe(refused)
})

test('other errors stay unchanged', () => {
  const mistake = new TypeError('a mistake')
  expect(toStorageError(mistake)).toBe(mistake)
  const file = Object.assign(new Error('no such file'), { code: 'ENOENT' })
  expect(toStorageError(file)).toBe(file)
})
