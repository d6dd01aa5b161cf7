import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'

const password = 'correct horse'
const wrong = { login: 'ana', password: 'wrong' }

test('parallel guesses cannot pass the lockout together, and the right password is refused while it lasts', async () => {
  const { kith, advance } = createInstance()
  await kith.accounts.register({ username: 'ana', email: 'ana@example.com', password })
  const codes = await Promise.all(Array.from({ length: 30 }, () => codeOf(kith.sessions.login(wrong))))
  expect(codes.filter((code) => code === 'invalid-credentials')).toHaveLength(10)
  expect(codes.filter((code) => code === 'account-locked')).toHaveLength(20)
  expect(await codeOf(kith.sessions.login({ login: 'ana@example.com', password }))).toBe('account-locked')
  advance(299.999)
  expect(await codeOf(kith.sessions.login({ login: 'ana', password }))).toBe('account-locked')
  advance(0.001)
  expect(await codeOf(kith.sessions.login({ login: 'ana', password }))).toBe('no error')
})

test('the lockout backs off: 30 wrong passwords in an hour lock for the rest of it', async () => {
  const { kith, advance } = createInstance()
  await kith.accounts.register({ username: 'ana', password })
  for (let round = 0; round < 3; round++) {
    for (let guess = 0; guess < 10; guess++)
      expect(await codeOf(kith.sessions.login(wrong))).toBe('invalid-credentials')
    advance(300)
  }
  await expect(kith.sessions.login(wrong)).rejects.toMatchObject({
    code: 'account-locked',
    retryAfterSeconds: 2700,
  })
})

test('hammering a locked account does not lock it for longer', async () => {
  const { kith, advance } = createInstance()
  await kith.accounts.register({ username: 'ana', password })
  for (let guess = 0; guess < 500; guess++) await codeOf(kith.sessions.login(wrong))
  advance(300)
  expect(await codeOf(kith.sessions.login({ login: 'ana', password }))).toBe('no error')
})

test('a right password clears the count', async () => {
  const { kith } = createInstance()
  await kith.accounts.register({ username: 'ana', password })
  for (let round = 0; round < 5; round++) {
    for (let guess = 0; guess < 9; guess++)
      expect(await codeOf(kith.sessions.login(wrong))).toBe('invalid-credentials')
    await kith.sessions.login({ login: 'ana', password })
  }
})

test('an account that does not exist locks just like one that does', async () => {
  const { kith } = createInstance()
  for (let guess = 0; guess < 10; guess++)
    expect(await codeOf(kith.sessions.login(wrong))).toBe('invalid-credentials')
  expect(await codeOf(kith.sessions.login(wrong))).toBe('account-locked')
})

test('guesses at the current password of an open session count as well', async () => {
  const { kith } = createInstance()
  const { tokens } = await kith.accounts.register({ username: 'ana', password })
  const viewer = await kith.sessions.authenticate(tokens.accessToken)
  for (let guess = 0; guess < 10; guess++) {
    expect(await codeOf(kith.accounts.delete(viewer, { password: 'wrong' }))).toBe('wrong-password')
  }
  expect(await codeOf(kith.accounts.delete(viewer, { password }))).toBe('account-locked')
})

test('an address is limited whatever account it tries; a whole IPv6 /64 is one address', async () => {
  const { kith } = createInstance()
  const codes: string[] = []
  for (let guess = 0; guess < 31; guess++) {
    codes.push(
      await codeOf(
        kith.sessions.login({ login: `user_${guess}`, password }, { address: `2001:db8::${guess}` }),
      ),
    )
  }
  expect(codes.slice(0, 30).every((code) => code === 'invalid-credentials')).toBe(true)
  expect(codes[30]).toBe('rate-limited')
  expect(await codeOf(kith.sessions.login(wrong, { address: '2001:db8:0:1::1' }))).toBe('invalid-credentials')
  expect(await codeOf(kith.sessions.login(wrong))).toBe('invalid-credentials')
})

test('limits can be set and lifted', async () => {
  const { kith } = createInstance({
    limits: { registerByAddress: [{ limit: 1, window: '1m' }], passwordByAccount: [] },
  })
  const client = { address: '203.0.113.7' }
  await kith.accounts.register({ username: 'ana', password }, client)
  await expect(kith.accounts.register({ username: 'ben', password }, client)).rejects.toMatchObject({
    code: 'rate-limited',
    retryAfterSeconds: 60,
  })
  for (let guess = 0; guess < 200; guess++)
    expect(await codeOf(kith.sessions.login(wrong))).toBe('invalid-credentials')
})
