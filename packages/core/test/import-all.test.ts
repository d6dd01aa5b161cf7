import { setImmediate as afterOthers } from 'node:timers/promises'
import type { ImportInput, ImportResult } from '@kith/core'
import { expect, onTestFinished, test } from 'vitest'
import { sampleCredential } from '../../../test/kit-samples.ts'
import { codeOf, createInstance } from './instance.ts'

const hash = '$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b7Lw+G9QTyzvx4hzNkvJpcJCxo'

async function collect(results: AsyncIterable<ImportResult>): Promise<ImportResult[]> {
  const all: ImportResult[] = []
  for await (const result of results) all.push(result)
  return all
}

const person = (username: string, more: Partial<ImportInput> = {}): ImportInput => ({
  username,
  passwordHash: hash,
  ...more,
})

test('reports the outcome of each account in order, and the reason for each refusal', async () => {
  const { kith } = createInstance({ accounts: { signUp: 'closed' } })
  const inputs = [
    person('ada', { age: { from: 18, to: null, source: 'import' } }),
    person('x'),
    person('ben', { passwordHash: 'plain' }),
    person('ADA', { passwordHash: null }),
    null as never,
    person('cleo'),
  ]
  const results = await collect(kith.accounts.importAll(inputs))
  expect(results.map(({ index, ...rest }) => [index, rest.outcome, 'code' in rest && rest.code])).toEqual([
    [0, 'imported', false],
    [1, 'refused', 'invalid-input'],
    [2, 'refused', 'invalid-input'],
    [3, 'refused', 'identifier-taken'],
    [4, 'refused', 'invalid-input'],
    [5, 'imported', false],
  ])
  const reasons = results.map((result) => ('reason' in result ? result.reason : ''))
  for (const [index, part] of [
    [1, 'username'],
    [2, 'passwordHash'],
    [3, 'Another account'],
    [4, 'input'],
  ] as const)
    expect(reasons[index]).toContain(part)
  expect(JSON.stringify(results)).not.toContain('plain')
  expect((await kith.accounts.find('ada'))?.age).toMatchObject({ from: 18, source: 'import' })
  const again = await collect(kith.accounts.importAll(inputs))
  expect(again.map(({ outcome }) => outcome)).toEqual([
    'present',
    'refused',
    'refused',
    'refused',
    'refused',
    'present',
  ])
  const rest = await collect(kith.accounts.importAll(inputs, { from: 5 }))
  expect(rest.map(({ index, outcome }) => [index, outcome])).toEqual([[5, 'present']])
})

test('reads no further ahead than its concurrency, and rejects if the storage fails, after the finished results', async () => {
  const { kith, options } = createInstance()
  let read = 0
  let done = 0
  let furthest = 0
  async function* source(): AsyncGenerator<ImportInput> {
    for (let index = 0; index < 300; index++) {
      read++
      furthest = Math.max(furthest, read - done)
      yield person(`person${index}`)
    }
  }
  for await (const { outcome } of kith.accounts.importAll(source(), { atOnce: 7 })) {
    expect(outcome).toBe('imported')
    done++
  }
  expect([done, furthest]).toEqual([300, 7])
  const { create } = options.storage.users
  let left = 5
  options.storage.users.create = async (...values) => {
    if (left-- <= 0) throw new TypeError('no disk')
    return await create(...values)
  }
  const results: ImportResult[] = []
  const importing = (async () => {
    const inputs = Array.from({ length: 20 }, (_, index) => person(`other${index}`))
    for await (const result of kith.accounts.importAll(inputs, { atOnce: 3 })) results.push(result)
  })()
  await expect(importing).rejects.toThrow('no disk')
  expect(results.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'imported'))
})

test('an account that fails while the source is read rejects in its turn, as an error of its import alone', async () => {
  const { kith, options } = createInstance()
  options.storage.users.create = () => Promise.resolve({ outcome: 'id-in-use' })
  const unhandled: unknown[] = []
  const listener = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', listener)
  onTestFinished(() => void process.off('unhandledRejection', listener))
  async function* source(): AsyncGenerator<ImportInput> {
    yield person('ada')
    for (let turn = 0; turn < 5; turn++) await afterOthers()
    yield person('ben')
  }
  expect(await codeOf(collect(kith.accounts.importAll(source())))).toBe('storage-failed')
  expect(unhandled).toEqual([])
})

test('a reader that leaves waits for the accounts that are being imported', async () => {
  const { kith, options } = createInstance()
  const { create } = options.storage.users
  let running = 0
  options.storage.users.create = async (...values) => {
    running++
    for (let turn = 0; turn < values[0].name.length; turn++) await afterOthers()
    running--
    return await create(...values)
  }
  const inputs = ['', 'slow', 'slower'].map((name, index) => person(`person${index}`, { name }))
  for await (const { outcome } of kith.accounts.importAll(inputs, { atOnce: 3 })) {
    expect(outcome).toBe('imported')
    break
  }
  expect(running).toBe(0)
  expect(await kith.accounts.find('person2')).not.toBeNull()
})

test('the reason names every invalid field', async () => {
  const { kith } = createInstance()
  const [result] = await collect(kith.accounts.importAll([person('x', { email: 'nowhere' })]))
  const errors = result?.outcome === 'refused' ? result.errors : []
  expect(errors.map(({ path }) => path)).toEqual(['username', 'email'])
  const reason = errors.map(({ path, message }) => `${path}: ${message}`).join('; ')
  expect(result).toMatchObject({ code: 'invalid-input', reason })
})

const address = 'ada@example.com'

test.each<[name: string, before: ImportInput[], input: ImportInput, outcome: string]>([
  [
    'its email is verified in both',
    [person('ada', { email: address, emailVerified: true })],
    person('ada', { email: address, emailVerified: true }),
    'present',
  ],
  [
    'it has no password in either',
    [person('ada', { passwordHash: null })],
    person('ada', { passwordHash: null }),
    'present',
  ],
  ['its name has become invalid', [person('ada')], person('ada', { name: 'x'.repeat(101) }), 'invalid-input'],
  [
    'its username is new',
    [person('ada', { email: address })],
    person('eve', { email: address }),
    'identifier-taken',
  ],
  ['its email is new', [person('ada')], person('ada', { email: address }), 'identifier-taken'],
  [
    'its username and email belong to two accounts',
    [person('ada'), person('ben', { email: address })],
    person('ada', { email: address }),
    'identifier-taken',
  ],
  [
    'only its phone number is known',
    [person('ada', { phone: '+4930123456' })],
    person('eve', { phone: '+4930123456' }),
    'identifier-taken',
  ],
])('an account is not imported again if %s', async (_name, ...[before, input, outcome]) => {
  const { kith } = createInstance()
  for (const each of before) await kith.accounts.import(each)
  const [result] = await collect(kith.accounts.importAll([input]))
  expect(result?.outcome === 'refused' ? result.code : result?.outcome).toBe(outcome)
})

test.each([
  [hash, 'present'],
  [null, 'refused'],
])('with the hash %s, an account that has a passkey is %s', async (passwordHash, outcome) => {
  const { kith, options } = createInstance()
  const { id: userId } = await kith.accounts.import(person('ada', { passwordHash }))
  await options.storage.credentials.add(sampleCredential({ userId }), 1)
  const [result] = await collect(kith.accounts.importAll([person('ada', { passwordHash })]))
  expect(result?.outcome).toBe(outcome)
})

test('the host can create accounts with a password, whatever the sign-up option says', async () => {
  const { kith } = createInstance({ accounts: { signUp: 'invite', age: 'required' } })
  const { id } = await kith.accounts.create({
    username: 'ada',
    email: 'ada@example.com',
    password: 'correct horse',
    emailVerified: true,
  })
  expect(await kith.accounts.byId(id)).toMatchObject({ emailVerified: true, waitingSince: null })
  await kith.sessions.login({ login: 'ada', password: 'correct horse' })
  expect(await codeOf(kith.accounts.create({ username: 'ada', password: 'correct horse' }))).toBe(
    'identifier-taken',
  )
  expect(await codeOf(kith.accounts.create({ username: 'benjamin', password: 'benjamin' }))).toBe(
    'invalid-input',
  )
})

test('an age is required if the options say so, stored with its date, and passed to policies', async () => {
  const asked: unknown[] = []
  const { kith, advance } = createInstance({
    accounts: { age: 'required' },
    policies: {
      'account.register': ({ input: { age } }) =>
        age && age.from < 13 ? { refuse: 'Ask your parents.' } : undefined,
      'session.open': ({ input }) => {
        asked.push(input.age)
        return (input.age?.from ?? 0) >= 16 ? undefined : { refuse: 'Not yet.' }
      },
    },
  })
  const input = { username: 'ada', password: 'correct horse' }
  const register = (from: number, to: number | null): Promise<string> =>
    codeOf(kith.accounts.register({ ...input, age: { from, to, source: 'app-store' } }))
  expect(await codeOf(kith.accounts.register(input))).toBe('invalid-input')
  expect(await register(18, 16)).toBe('invalid-input')
  expect(await register(0, 12)).toBe('policy-refused')
  expect(await register(13, 15)).toBe('no error')
  const login = (): Promise<string> =>
    codeOf(kith.sessions.login({ login: 'ada', password: 'correct horse' }))
  expect(await login()).toBe('policy-refused')
  const { id } = (await kith.accounts.find('ada')) ?? { id: '' }
  advance(60)
  await kith.accounts.setAge(id, { from: 16, to: 17, source: 'id-check' })
  expect(await login()).toBe('no error')
  expect(asked).toEqual([
    { from: 13, to: 15, source: 'app-store', at: '2026-01-01T00:00:00.000Z' },
    { from: 16, to: 17, source: 'id-check', at: '2026-01-01T00:01:00.000Z' },
  ])
  await kith.accounts.setAge(id, null)
  expect(await kith.accounts.byId(id)).not.toHaveProperty('age')
  expect(await codeOf(kith.accounts.setAge('nobody', null))).toBe('account-not-found')
  const off = createInstance().kith.accounts.register({
    ...input,
    age: { from: 18, to: null, source: 'declared' },
  })
  expect(await codeOf(off)).toBe('invalid-input')
})

test('does not treat an account that a stranger registered with the same email as already imported', async () => {
  const { kith } = createInstance()
  const { user } = await kith.accounts.register({
    username: 'mallory',
    email: 'ada@example.com',
    password: 'correct horse',
  })
  await kith.accounts.clearPassword(user.id)
  const outcomes: string[] = []
  const all = [{ username: 'mallory', email: 'ada@example.com', emailVerified: true, passwordHash: null }]
  for await (const { outcome } of kith.accounts.importAll(all)) outcomes.push(outcome)
  expect(outcomes).toEqual(['refused'])
})
