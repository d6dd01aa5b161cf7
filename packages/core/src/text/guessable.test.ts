import { createHash, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { isGuessableSecret } from './guessable.ts'

test.each([
  'x'.repeat(32),
  'xy'.repeat(16),
  'changeme'.repeat(4),
  'changemechangemechangemechangeme1',
  'change-me-in-production-0123456789',
  'your-256-bit-secret-your-256-bit-secret',
  'your_jwt_secret_key_goes_here_please',
  'supersecretsupersecretsupersecret',
  'qwertyuiopasdfghjklzxcvbnm123456',
  'abcdefghijklmnopqrstuvwxyz012345',
  '12345678901234567890123456789012',
  '00000000000000000000000000000001',
  'deadbeef'.repeat(8),
  'aaaabbbbccccddddeeeeffffgggghhhh',
  'keyboard cat keyboard cat and more cats',
  'correct horse correct horse correct',
  '                                    ',
])('%j is guessable', (secret) => {
  expect(isGuessableSecret(secret)).toBe(true)
})

test.each([
  'a secret of the tests, of 32 characters or more',
  'the secret of all journeys, long enough',
  `${randomUUID()}`,
  `${randomUUID()}:${randomUUID()}`,
])('%j is accepted', (secret) => {
  expect(isGuessableSecret(secret)).toBe(false)
})

/** The same in each run: of truly random secrets, one in some millions is as weak as an invented one. */
function bytesOf(seed: number, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(String(seed)).digest()
}

test('random secrets are accepted in every usual encoding', () => {
  for (let round = 0; round < 5_000; round++) {
    const randomBytes = (length: number): Buffer => bytesOf(round, length)
    const secrets = [
      randomBytes(16).toString('hex'),
      randomBytes(32).toString('hex'),
      randomBytes(24).toString('base64'),
      randomBytes(32).toString('base64'),
      randomBytes(64).toString('base64url'),
      Array.from(randomBytes(32), (byte) => 'abcdefghijklmnopqrstuvwxyz'[byte % 26]).join(''),
      Array.from(randomBytes(40), (byte) => byte % 10).join(''),
    ]
    for (const secret of secrets) expect(isGuessableSecret(secret), secret).toBe(false)
  }
})
