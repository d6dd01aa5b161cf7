import { createKith, type KithOptions, type Puzzle } from '@kith/core'
import { createHcaptcha, createProofOfWork, createTurnstile } from '@kith/core/challenges'
import type { Challenge, ChallengeContext } from '@kith/core/ports'
import type { Challenge as AltchaChallenge } from 'altcha-lib'
import { describe, expect, test } from 'vitest'
import { codeOf, createInstance } from './instance.ts'
import { createMailbox } from './mailbox.ts'
import { startSiteverify } from './siteverify-double.ts'
import { solvePuzzle } from './solve-puzzle.ts'

const password = 'correct horse'
const client = { address: '192.0.2.1', userAgent: 'Test/1' }
const unchallenged = { limit: 2, window: '10m' } as const
const limits: KithOptions['limits'] = {
  unchallengedByAddress: [unchallenged],
  unchallengedByTarget: [unchallenged],
  codeByAddress: [],
}
const challenge = createProofOfWork({ tries: 20, rounds: 10 })

async function puzzleOf(call: Promise<unknown>): Promise<Puzzle> {
  const error = (await call.then(
    () => ({}),
    (thrown: unknown) => thrown,
  )) as { code?: string; puzzle?: Puzzle }
  expect(error.code).toBe('challenge-required')
  return error.puzzle as Puzzle
}

describe('calls by strangers', () => {
  test('need a solved puzzle after too many from one IP address, per action, and each solution counts once', async () => {
    const mailbox = createMailbox()
    const { kith, options, advance } = createInstance({ challenge, limits, messages: { email: mailbox } })
    const register = (username: string, solution?: string): Promise<unknown> =>
      kith.accounts.register({ username, password, solution }, client)
    await register('ada')
    await register('ben')
    const puzzle = await puzzleOf(register('cleo'))
    expect(puzzle).toMatchObject({ kind: 'altcha', expiresAt: '2026-01-01T00:10:00.000Z' })
    expect(await codeOf(kith.recovery.begin({ login: 'ada' }, client))).toBe('no error')
    const solution = await solvePuzzle(puzzle)
    // Two processes that share a storage.
    const other = createKith(options)
    const twice = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const { accounts } = index % 2 ? kith : other
        return codeOf(
          accounts.register({ username: `guest${index}`, password, solution }, { address: '192.0.2.1' }),
        )
      }),
    )
    // The other process counts separately, and allows two without a puzzle.
    expect(twice.filter((each) => each === 'no error')).toHaveLength(3)
    expect(twice.filter((each) => each === 'challenge-required')).toHaveLength(17)
    await puzzleOf(register('dora', solution))
    await puzzleOf(register('dora', 'nonsense'))
    const late = await solvePuzzle(await puzzleOf(register('dora')))
    advance(600)
    for (let index = 0; index < 2; index++) await register(`later${index}`)
    await puzzleOf(register('dora', late))
  })

  test('to one account are counted across all IP addresses, and a known device needs no solution', async () => {
    const { kith } = createInstance({ challenge, limits })
    const { tokens } = await kith.accounts.register({ username: 'ada', password })
    const from = (address: string, more: object = {}) => ({ address, ...more })
    const login = (address: string, solution?: string, more?: object): Promise<unknown> =>
      kith.sessions.login({ login: 'ada', password, solution }, from(address, more))
    for (const address of ['192.0.2.1', '192.0.2.2']) await login(address)
    const puzzle = await puzzleOf(login('192.0.2.3'))
    await login('192.0.2.3', await solvePuzzle(puzzle))
    await puzzleOf(kith.sessions.login({ login: 'ADA', password }, from('192.0.2.4')))
    await login('192.0.2.5', undefined, { device: tokens.deviceToken })
  })

  test.each([
    ['email', { email: 'ada@example.com' }],
    ['phone', { phone: '+4930123456' }],
    ['username', { username: 'ada' }],
  ])('that register one %s are counted from all addresses, those of others are not', async (_kind, names) => {
    const { kith } = createInstance({ challenge, limits })
    let callers = 0
    const register = (given: object): Promise<string> => {
      const caller = ++callers
      const input = { username: `guest${caller}`, password, ...given }
      return codeOf(kith.accounts.register(input, { address: `192.0.2.${caller}` }))
    }
    for (let time = 0; time < 3; time++) expect(await register({})).toBe('no error')
    expect([await register(names), await register(names), await register(names)]).toEqual([
      'no error',
      'identifier-taken',
      'challenge-required',
    ])
  })

  test('cost nothing without the option, and the registration then rejects the field', async () => {
    const { kith, options } = createInstance({ limits })
    const storage = options.storage
    for (let index = 0; index < 5; index++)
      await kith.accounts.register({ username: `guest${index}`, password }, client)
    expect(await codeOf(kith.accounts.register({ username: 'ada', password, solution: 'x' }))).toBe(
      'invalid-input',
    )
    expect(await storage.codes.purgeEnded(new Date('2030-01-01'), 9)).toBe(0)
  })
})

const context: ChallengeContext = { now: new Date('2026-01-01T00:00:00Z'), keys: ['new', 'old'] }
const checking = { ...context, address: null, signal: new AbortController().signal }

describe('proof of work', () => {
  const expiresAt = new Date('2027-01-01T00:00:00Z')
  async function posed(keys: string[], id = 'one'): Promise<string> {
    const parameters = await challenge.pose({ ...context, keys, id, expiresAt })
    return await solvePuzzle({ parameters })
  }

  test('is accepted with any key of the app, until it expires, for the id that it was issued for', async () => {
    for (const key of ['new', 'old'])
      expect(await challenge.check(await posed([key], key), checking)).toEqual({ id: key })
    const other = await posed(['another'])
    expect(await challenge.check(other, checking)).toBeNull()
    const own = await posed(['new'])
    expect(await challenge.check(own, { ...checking, now: expiresAt })).toBeNull()
  })

  test('is rejected after any change, and without the work', async () => {
    const right = JSON.parse(Buffer.from(await posed(['new']), 'base64').toString()) as {
      challenge: AltchaChallenge
      solution: { counter: number; derivedKey: string }
    }
    const { parameters } = right.challenge
    const changes = [
      {
        ...right,
        challenge: {
          ...right.challenge,
          parameters: { ...parameters, data: { ...parameters.data, id: 'two' } },
        },
      },
      { ...right, challenge: { ...right.challenge, parameters: { ...parameters, cost: 1 } } },
      { ...right, challenge: { parameters } },
      { ...right, solution: { ...right.solution, derivedKey: right.solution.derivedKey.replace(/^./, 'g') } },
      { ...right, solution: { ...right.solution, derivedKey: '00'.repeat(32) } },
      { ...right, solution: {} },
      { ...right, solution: null },
      { challenge: null },
      null,
      7,
    ]
    for (const change of changes) {
      const answer = Buffer.from(JSON.stringify(change)).toString('base64')
      expect(await challenge.check(answer, checking), JSON.stringify(change)).toBeNull()
    }
    for (const answer of ['', 'x', '{}']) expect(await challenge.check(answer, checking)).toBeNull()
  })

  test.each([0, 1, 1.5, Number.NaN, 10_000_001])('refuses %d tries', (tries) => {
    expect(() => createProofOfWork({ tries })).toThrow('tries')
  })
})

describe.each([
  ['turnstile', createTurnstile],
  ['hcaptcha', createHcaptcha],
] as const)('%s', (kind, create) => {
  test('verifies a response with the service, once, with the IP address, and only for pages of the app', async () => {
    const { url, asked, stop } = await startSiteverify()
    const options = { siteKey: 'site', secretKey: 'secret', hostnames: ['app.example'], verifyUrl: url }
    const port: Challenge = create(options)
    expect([port.kind, await port.pose({ ...context, id: '', expiresAt: new Date() })]).toEqual([
      kind,
      { siteKey: 'site' },
    ])
    const check = (answer: string) => port.check(answer, { ...checking, address: '192.0.2.1' })
    expect(await check('right')).toEqual({ id: null })
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({
      secret: 'secret',
      response: 'right',
      sitekey: 'site',
      remoteip: '192.0.2.1',
    })
    for (const answer of ['right', 'wrong', 'right elsewhere']) expect(await check(answer)).toBeNull()
    expect(await codeOf(check('broken'))).toBe('challenge-unavailable')
    expect(await codeOf(create({ ...options, secretKey: 'another' }).check('right too', checking))).toBe(
      'challenge-unavailable',
    )
    stop()
    expect(() => create({ ...options, siteKey: '' })).toThrow(kind)
  })

  test('lets a call through in an app, and reports an unavailable service', async () => {
    const { url, stop } = await startSiteverify()
    const { kith } = createInstance({
      challenge: create({ siteKey: 'site', secretKey: 'secret', verifyUrl: url }),
      limits: { ...limits, unchallengedByAddress: [{ limit: 1, window: '10m' }] },
    })
    const register = (username: string, solution?: string): Promise<string> =>
      codeOf(kith.accounts.register({ username, password, solution }, client))
    expect(await register('ada')).toBe('no error')
    expect(await register('ben')).toBe('challenge-required')
    expect(await register('ben', 'right')).toBe('no error')
    expect(await register('cleo', 'right')).toBe('challenge-required')
    expect(await register('cleo', 'broken')).toBe('challenge-unavailable')
    stop()
  })
})
