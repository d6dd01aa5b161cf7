import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto'
import bcrypt from 'bcryptjs'
import { expect, test } from 'vitest'
import { createInstance } from '../../test/instance.ts'
import { legacyBcrypt, legacyDigest, legacyPbkdf2, legacyScrypt } from './legacy-hash.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
const salt = Buffer.from('0123456789abcdef')
const password = 'pässword'
const md5 = createHash('md5').update(password).digest('hex')
const sha256 = (...parts: (string | Buffer)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

const forms = {
  bcrypt: [legacyBcrypt(bcrypt.compare), bcrypt.hashSync(password, 4)],
  'bare MD5': [legacyDigest(), md5],
  'bare SHA-256': [legacyDigest(), sha256(password)],
  'salt first': [legacyDigest(), `$sha256$salt-first$${base64(salt)}$${sha256(salt, password)}`],
  'salt last': [legacyDigest(), `$sha256$salt-last$${base64(salt)}$${sha256(password, salt)}`],
  PBKDF2: [
    legacyPbkdf2(),
    `$pbkdf2-sha256$i=1000$${base64(salt)}$${base64(pbkdf2Sync(password, salt, 1000, 32, 'sha256'))}`,
  ],
  scrypt: [
    legacyScrypt(),
    `$scrypt$ln=10,r=8,p=1$${base64(salt)}$${base64(scryptSync(password, salt, 32, { N: 1024 }))}`,
  ],
} as const

test.each(Object.entries(forms))(
  '%s: verified once, then replaced by argon2',
  async (_name, [verifier, stored]) => {
    const { kith, options } = createInstance({
      passwords: { memoryKiB: 8, iterations: 1, legacy: [verifier] },
    })
    expect(verifier.reads(stored)).toBe(true)
    expect(await verifier.verify('wrong', stored)).toBe(false)
    const user = await kith.accounts.import({ username: 'ana', passwordHash: stored, emailVerified: true })

    await expect(kith.sessions.login({ login: 'ana', password: 'wrong' })).rejects.toMatchObject({
      code: 'invalid-credentials',
    })
    expect((await options.storage.users.byId(user.id))?.passwordHash).toBe(stored)
    await kith.sessions.login({ login: 'ana', password })
    expect((await options.storage.users.byId(user.id))?.passwordHash).toMatch(/^\$argon2id\$/)
    await kith.sessions.login({ login: 'ana', password })
  },
)

test('concurrent first logins all succeed although one of them replaces the hash', async () => {
  const { kith } = createInstance({ passwords: { memoryKiB: 8, iterations: 1, legacy: [legacyDigest()] } })
  await kith.accounts.import({ username: 'ana', passwordHash: md5 })
  const logins = await Promise.all(
    Array.from({ length: 10 }, () => kith.sessions.login({ login: 'ana', password })),
  )
  for (const { tokens } of logins) await kith.sessions.authenticate(tokens.accessToken)
})

test('limits the cost of a bcrypt hash, which must be the whole string', () => {
  const verifier = legacyBcrypt(bcrypt.compare)
  const whole = `$2b$10$${'a'.repeat(53)}`
  expect(verifier.reads(whole)).toBe(true)
  expect(verifier.reads(`$2b$12$${'a'.repeat(53)}`)).toBe(true)
  expect(verifier.reads(`$2b$13$${'a'.repeat(53)}`)).toBe(false)
  expect(verifier.reads(`$2b$31$${'a'.repeat(53)}`)).toBe(false)
  expect([`x${whole}`, `${whole}a`].some((stored) => verifier.reads(stored))).toBe(false)
})

test.each([
  [legacyScrypt(), '$scrypt$ln=30,r=8,p=1$AAAA$AAAAAAAAAAAAAAAAAAAA'],
  [legacyScrypt(), '$scrypt$ln=14,r=99,p=1$AAAA$AAAAAAAAAAAAAAAAAAAA'],
  [legacyPbkdf2(), '$pbkdf2-sha256$i=9999999$AAAA$AAAAAAAAAAAAAAAAAAAA'],
  [legacyScrypt(), '$scrypt$ln=4,r=8,p=0$AAAA$AAAAAAAAAAAAAAAAAAAA'],
  [legacyScrypt(), '$scrypt$ln=4,r=0,p=1$AAAA$AAAAAAAAAAAAAAAAAAAA'],
  // One character more than whole bytes.
  [legacyScrypt(), '$scrypt$ln=4,r=8,p=1$AAAAA$AAAAAAAAAAAAAAAAAAAA'],
  [legacyPbkdf2(), '$pbkdf2-sha256$i=1$AAAA$AAAAAAAAAAAAAAAAAAAAA'],
  [legacyPbkdf2(), '$pbkdf2-sha256$i=0$AAAA$AAAAAAAAAAAAAAAAAAAA'],
  [legacyDigest(), 'abc'],
  [legacyDigest(), md5.toUpperCase()],
  [legacyDigest(), `$sha256$salt-first$AAAA$${md5}`],
])('refuses parameters that are out of bounds, which match no password', async (verifier, stored) => {
  expect(verifier.reads(stored)).toBe(false)
  expect(await verifier.verify(password, stored)).toBe(false)
})

test('refuses an import with a hash that no verifier reads', async () => {
  const { kith } = createInstance()
  await expect(kith.accounts.import({ username: 'ana', passwordHash: md5 })).rejects.toMatchObject({
    code: 'invalid-input',
    errors: [{ path: 'passwordHash', code: 'malformed' }],
  })
})
