import { MongoBulkWriteError, MongoNetworkError, MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { reasonOfBulk, toStorageError } from './storage-error.ts'

test.each(['EPIPE', 'ECONNRESET'])(
  'a socket that closed with %s is a storage that cannot be reached',
  (code) => {
    const closed = Object.assign(new Error('This socket has been ended by the other party'), { code })
    expect(toStorageError(closed)).toMatchObject({
      code: 'storage-unavailable',
      retryAfterSeconds: 5,
      cause: closed,
    })
  },
)

test('a bulk of writes fails for the reason that the driver wraps, with its labels', () => {
  const lost = new MongoNetworkError('connection 7 closed')
  lost.addErrorLabel('TransientTransactionError')
  const wrapped = new MongoBulkWriteError(lost, {} as never)
  expect(reasonOfBulk(wrapped)).toBe(lost)
  expect(toStorageError(reasonOfBulk(wrapped))).toMatchObject({ code: 'storage-unavailable' })
  const refused = new MongoServerError({ message: 'no', code: 13 })
  expect(reasonOfBulk(refused)).toBe(refused)
})

test('what is no error of the database stays what it is', () => {
  const mistake = new TypeError('a mistake')
  expect(toStorageError(mistake)).toBe(mistake)
  const file = Object.assign(new Error('no such file'), { code: 'ENOENT' })
  expect(toStorageError(file)).toBe(file)
})
