import { expect, test } from 'vitest'
import { redact } from './redact.ts'

test.each([
  [
    'connect to mongodb+srv://app:canary@db.example/kith failed',
    'connect to mongodb+srv://…@db.example/kith failed',
  ],
  ['redis://:canary@cache.example:6379 refused', 'redis://…@cache.example:6379 refused'],
  ['postgres://app:can:ary@p.example', 'postgres://…@p.example'],
  [
    'Failed to parse https://s3.example/a/b?X-Amz-Signature=canary&x=1',
    'Failed to parse https://s3.example/a/b?…',
  ],
  [
    'E11000 duplicate key error collection: kith.users index: email_1 dup key: { email: "canary@mail.example" }',
    'E11000 duplicate key error collection: kith.users index: email_1 dup key: {…}',
  ],
  ['no mailbox for canary.name+tag@mail.example here', 'no mailbox for (email) here'],
  ['cannot call +49 170 1234567 now', 'cannot call (phone) now'],
  ['header Authorization: Bearer canary.canary', 'header Authorization: Bearer …'],
  ['got eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOjF9.canary', 'got (token)'],
  ['hash $argon2id$v=19$m=19456,t=2,p=1$canary$canary is odd', 'hash (hash) is odd'],
  ['{"password":"canary canary","a":1}', '{"password":…,"a":1}'],
  ["secret = 'canary canary' is short", 'secret = … is short'],
  ['POST client_secret=canary&code_verifier=canary&x=1', 'POST client_secret=…&code_verifier=…&x=1'],
  ['key c4n4ry0123456789abcdef0123456789abcdef is unknown', 'key (key) is unknown'],
])('%s', (message, expected) => {
  expect(redact(message)).toBe(expected)
  expect(expected).not.toContain('canary')
})

test.each([
  "ENOENT: no such file or directory, open '/data/media/0192/01923f6e-7d2c-7aaa-8bbb-0123456789ab'",
  'UNIQUE constraint failed: kith_users.email',
  'connect ECONNREFUSED 10.0.0.7:6379',
  'POST /api/v1/media/:id/confirm: storage-failed',
  'The schema is not there yet: run kith.storage.migrate() first.',
  'getaddrinfo ENOTFOUND cluster0-shard-00-00.abcde.mongodb.net',
])('keeps what an operator needs: %s', (message) => {
  expect(redact(message)).toBe(message)
})

test('removes given secrets everywhere', () => {
  expect(redact("insert into users values ('anna', 'correct horse')", ['correct horse', 'anna'])).toBe(
    "insert into users values ('(secret)', '(secret)')",
  )
})

test('a message is cut, and no secret survives in the rest', () => {
  const token = `eyJhbGciOi.eyJzdWIi.${'c4nary'.repeat(200)}`
  const cut = redact(`${'long '.repeat(390)}${token}`)
  expect(cut.length).toBeLessThan(2_010)
  expect(cut).not.toContain('c4nary')
})

test('redacting is fast for any message', () => {
  const texts = ['a@', '+1', 'eyJ', 'a.', 'http://', 'password=', 'A1', 'dup key: {', ' ', '(1', ':'].map(
    (part) => part.repeat(20_000),
  )
  const plain = 'x '.repeat(20_000)
  const timeOf = (text: string): number => {
    const start = performance.now()
    for (let index = 0; index < 3; index++) redact(text)
    return performance.now() - start
  }
  timeOf(plain)
  const base = timeOf(plain)
  for (const text of texts) expect(timeOf(text), text.slice(0, 20)).toBeLessThan(Math.max(base, 5) * 100)
})
