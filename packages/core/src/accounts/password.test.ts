import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { cheapHashing } from '../../test/instance.ts'
import { createPasswords } from './password.ts'

const passwords = createPasswords(cheapHashing, (length) => randomBytes(length))

test('a password matches its own hash and no other', async () => {
  const stored = await passwords.hash('correct horse')
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/)
  expect(await passwords.verify('correct horse', stored)).toEqual({ matches: true, upgrade: false })
  expect(await passwords.verify('correct horsE', stored)).toEqual({ matches: false, upgrade: false })
  expect(await passwords.hash('correct horse')).not.toBe(stored)
})

test('the same password composed in two ways matches', async () => {
  expect(
    await passwords.verify('caf\u0065\u0301 au lait', await passwords.hash('caf\u00E9 au lait')),
  ).toMatchObject({ matches: true })
})

test('nobody has no password', async () => {
  expect(await passwords.verify('', null)).toEqual({ matches: false, upgrade: false })
})

test('the default parameters are those of OWASP, and a hash of other ones is to be upgraded', async () => {
  const standard = createPasswords({}, (length) => randomBytes(length))
  const stored = await standard.hash('correct horse')
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(await passwords.verify('correct horse', stored)).toEqual({ matches: true, upgrade: true })
})

test.each(['m=9999999,t=1,p=1', 'm=8,t=11,p=1', 'm=8,t=1,p=99', 'm=8,t=1'])(
  'a stored hash of %s is not computed',
  async (parameters) => {
    const stored = `$argon2id$v=19$${parameters}$${'A'.repeat(22)}$${'A'.repeat(43)}`
    expect(passwords.reads(stored)).toBe(false)
    expect(await passwords.verify('x', stored)).toEqual({ matches: false, upgrade: false })
  },
)

test('what nobody can read never matches', async () => {
  expect(
    await passwords.verify('5f4dcc3b5aa765d61d8327deb882cf99', '5f4dcc3b5aa765d61d8327deb882cf99'),
  ).toEqual({
    matches: false,
    upgrade: false,
  })
})
