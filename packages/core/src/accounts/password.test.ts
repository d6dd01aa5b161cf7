import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import bcrypt from 'bcryptjs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { cheapHashing, counting } from '../../test/instance.ts'
import { readOptions } from '../config.ts'
import type { PasswordConfig } from '../config/account-config.ts'
import { createLog, type Log } from '../log/log.ts'
import type { LogFields } from '../log/logger.ts'
import { createMemoryFactStore } from '../memory/memory-fact-store.ts'
import { createMemoryStorage } from '../memory/memory-storage.ts'
import type { PasswordOptions } from '../options.ts'
import { silentTelemetry, type Telemetry } from '../telemetry/telemetry.ts'
import { legacyBcrypt, legacyDigest, type LegacyHash, legacyPbkdf2, legacyScrypt } from './legacy-hash.ts'
import { createPasswords, hostsTurn } from './password.ts'

const log = createLog({ warn: () => {} })
const random = (length: number): Buffer => randomBytes(length)
const tools = { random, facts: createMemoryFactStore(), log }

function configOf(passwords: PasswordOptions): PasswordConfig {
  const secret = 'a secret of the tests, of 32 characters or more'
  return readOptions({ secret, storage: createMemoryStorage(), passwords }).passwords
}

const passwords = createPasswords(configOf(cheapHashing), tools)

test('a password matches only its own hash', async () => {
  const stored = await passwords.hash('correct horse')
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/)
  expect(await passwords.verify('correct horse', stored)).toEqual({ matches: true, upgrade: false })
  expect(await passwords.verify('correct horsE', stored)).toEqual({ matches: false, upgrade: false })
  expect(await passwords.hash('correct horse')).not.toBe(stored)
})

test('both Unicode compositions of a password match', async () => {
  expect(
    await passwords.verify('caf\u0065\u0301 au lait', await passwords.hash('caf\u00E9 au lait')),
  ).toMatchObject({ matches: true })
})

test('no account means no match', async () => {
  expect(await passwords.verify('', null)).toEqual({ matches: false, upgrade: false })
})

test('the default parameters are those of OWASP, and a hash with other parameters needs an upgrade', async () => {
  const standard = createPasswords(configOf({}), tools)
  const stored = await standard.hash('correct horse')
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(await passwords.verify('correct horse', stored)).toEqual({ matches: true, upgrade: true })
})

test.each([
  'm=9999999,t=1,p=1',
  'm=131073,t=1,p=1',
  'm=131072,t=3,p=1',
  'm=8,t=17,p=1',
  'm=8,t=1,p=99',
  'm=8,t=1',
  'm=0,t=1,p=1',
  'm=8,t=0,p=1',
  'm=8,t=1,p=0',
  'm=15,t=1,p=2',
  'm=136,t=1,p=17',
])('a stored hash with %s is not computed', async (parameters) => {
  const stored = `$argon2id$v=19$${parameters}$${'A'.repeat(22)}$${'A'.repeat(43)}`
  expect(passwords.reads(stored)).toBe(false)
  expect(await passwords.verify('x', stored)).toEqual({ matches: false, upgrade: false })
})

test.each(['m=8,t=16,p=1', 'm=128,t=1,p=16', 'm=131072,t=2,p=1'])(
  'a stored hash with %s is read',
  (parameters) => {
    expect(passwords.reads(`$argon2id$v=19$${parameters}$${'A'.repeat(22)}$${'A'.repeat(43)}`)).toBe(true)
  },
)

test('a hash that no verifier reads never matches', async () => {
  expect(
    await passwords.verify('5f4dcc3b5aa765d61d8327deb882cf99', '5f4dcc3b5aa765d61d8327deb882cf99'),
  ).toEqual({
    matches: false,
    upgrade: false,
  })
})

test.each(['A'.repeat(41), 'A'.repeat(42) + 'B', 'A'.repeat(42) + '_', 'A'.repeat(15)])(
  'a stored hash with broken base64 (%s) is not computed',
  async (broken) => {
    const stored = `$argon2id$v=19$m=8,t=1,p=1$${'A'.repeat(22)}$${broken}`
    expect(passwords.reads(stored)).toBe(false)
    expect(await passwords.verify('x', stored)).toEqual({ matches: false, upgrade: false })
  },
)

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

describe('a hash that a verifier reads can be verified', () => {
  const small = (from: number, to: number) => fc.integer({ min: from, max: to })
  const bytes = (from: number, to: number) =>
    fc.uint8Array({ minLength: from, maxLength: to }).map((given) => base64(given))
  const forms: Record<string, fc.Arbitrary<[LegacyHash, string]>> = {
    argon2: fc
      .tuple(small(0, 300), small(0, 17), small(0, 17), bytes(4, 60), bytes(8, 70))
      .map(([m, t, p, salt, hash]) => [
        {
          reads: (stored) => passwords.reads(stored),
          verify: (password, stored) => verify(stored, password),
        },
        `$argon2id$v=19$m=${m},t=${t},p=${p}$${salt}$${hash}`,
      ]),
    scrypt: fc
      .tuple(small(0, 9), small(0, 17), small(0, 17), bytes(1, 60), bytes(8, 70))
      .map(([ln, r, p, salt, hash]) => [legacyScrypt(), `$scrypt$ln=${ln},r=${r},p=${p}$${salt}$${hash}`]),
    PBKDF2: fc
      .tuple(fc.constantFrom('sha1', 'sha256', 'sha512'), small(0, 40), bytes(1, 60), bytes(8, 70))
      .map(([digest, i, salt, hash]) => [legacyPbkdf2(), `$pbkdf2-${digest}$i=${i}$${salt}$${hash}`]),
  }

  test.each(Object.entries(forms))('%s', async (_name, form) => {
    await fc.assert(
      fc.asyncProperty(form, async ([verifier, stored]) => {
        fc.pre(verifier.reads(stored))
        expect(await verifier.verify('x', stored)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['ln=16,r=1,p=1', false],
    ['ln=17,r=1,p=1', false],
    ['ln=15,r=1,p=8', true],
    ['ln=1,r=1,p=10', true],
    ['ln=2,r=16,p=16', true],
    ['ln=17,r=8,p=1', true],
    // The most blocks for the least memory of each.
    ['ln=1,r=99,p=99', true],
    ['ln=17,r=16,p=1', false],
    ['ln=17,r=8,p=2', false],
  ])('scrypt with %s: %s', async (parameters, reads) => {
    const stored = `$scrypt$${parameters}$AAAA$${'A'.repeat(43)}`
    expect(legacyScrypt().reads(stored)).toBe(reads)
    if (reads) expect(await legacyScrypt().verify('x', stored)).toBe(false)
  })

  test.each([
    ['sha512$i=650001', 86, false],
    ['sha512$i=650000', 86, true],
    ['sha256$i=1300001', 43, false],
    ['sha256$i=1300000', 43, true],
    ['sha256$i=1300000', 86, false],
    ['sha1$i=1400000', 27, true],
    ['sha1$i=1', 27, true],
    ['sha1$i=700001', 43, false],
  ])('PBKDF2 with %s and %d characters: %s', (parameters, length, reads) => {
    expect(legacyPbkdf2().reads(`$pbkdf2-${parameters}$AAAA$${'A'.repeat(length)}`)).toBe(reads)
  })
})

describe('the work for a wrong password', () => {
  /** Passwords that record every computation: with which parameters, for which stored hash. */
  function recorded(legacy: readonly LegacyHash[], facts = createMemoryFactStore()) {
    const work: string[] = []
    const lines: LogFields[] = []
    const noted = (name: string, verifier: LegacyHash): LegacyHash => ({
      reads: (stored) => verifier.reads(stored),
      async verify(password, stored) {
        work.push(name)
        return await verifier.verify(password, stored)
      },
    })
    const argon2 = {
      hash,
      verify: ((stored, password) => {
        work.push(String(stored).split('$').slice(0, 4).join('$'))
        return verify(stored, password)
      }) as typeof verify,
    }
    const named = legacy.map((verifier, index) => noted(`legacy ${index}`, verifier))
    const log = createLog({ warn: (_message: string, fields: LogFields) => lines.push(fields) })
    const made = createPasswords(configOf({ ...cheapHashing, legacy: named }), { random, facts, log, argon2 })
    return {
      made,
      lines,
      async workOf(password: string, stored: string | null): Promise<string[]> {
        work.length = 0
        await made.verify(password, stored)
        return work.sort()
      },
    }
  }
  const md5 = '5f4dcc3b5aa765d61d8327deb882cf99'
  const older = `$argon2id$v=19$m=16,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`
  const crypted = bcrypt.hashSync('right', 4)

  test('is the same for no account, for current hashes, for every known legacy form and for unreadable hashes', async () => {
    const { made, workOf } = recorded([legacyDigest(), legacyBcrypt(bcrypt.compare)])
    for (const stored of [md5, older, crypted]) await made.expect(stored)
    const own = await made.hash('right')
    const expected = ['$argon2id$v=19$m=16,t=2,p=1', '$argon2id$v=19$m=8,t=1,p=1', 'legacy 0', 'legacy 1']
    for (const stored of [
      null,
      own,
      older,
      md5,
      crypted,
      'of a verifier that was removed',
      '$argon2id$v=19$m=0',
    ]) {
      expect(await workOf('wrong', stored), String(stored)).toEqual(expected)
    }
  })

  test('is argon2 alone until another form has been seen', async () => {
    const { made, workOf } = recorded([legacyDigest()])
    expect(await workOf('wrong', null)).toEqual(['$argon2id$v=19$m=8,t=1,p=1'])
    expect(await workOf('wrong', await made.hash('right'))).toEqual(['$argon2id$v=19$m=8,t=1,p=1'])
    await workOf('wrong', md5)
    expect(await workOf('wrong', null)).toEqual(['$argon2id$v=19$m=8,t=1,p=1', 'legacy 0'])
  })

  test('is the same after a restart and in a process that imported nothing', async () => {
    const facts = createMemoryFactStore()
    const legacy = [legacyDigest(), legacyBcrypt(bcrypt.compare)]
    const before = recorded(legacy, facts)
    for (const stored of [older, md5, crypted]) await before.made.expect(stored)
    const { made, workOf } = recorded(legacy, facts)
    const expected = ['$argon2id$v=19$m=16,t=2,p=1', '$argon2id$v=19$m=8,t=1,p=1', 'legacy 0', 'legacy 1']
    for (const stored of [null, crypted, md5, await made.hash('right')])
      expect(await workOf('wrong', stored)).toEqual(expected)
  })

  test('is the same for hashes of one verifier with different parameters; salts of any length are one form', async () => {
    const { made, workOf } = recorded([legacyDigest(), legacyPbkdf2()])
    const slow = `$pbkdf2-sha256$i=100$${base64(Buffer.alloc(16, 7))}$${'B'.repeat(43)}`
    const quick = `$pbkdf2-sha256$i=10$${base64(Buffer.alloc(16, 8))}$${'C'.repeat(43)}`
    const alike = `$pbkdf2-sha256$i=10$${base64(Buffer.alloc(16, 9))}$f0${'C'.repeat(39)}f0`
    const salted = ['c2FsdA', 'c2FsdHlzYWx0', ''].map((salt) => `$md5$salt-first$${salt}$${md5}`)
    for (const stored of [slow, quick, alike, ...salted]) await made.expect(stored)
    const expected = ['$argon2id$v=19$m=8,t=1,p=1', 'legacy 0', 'legacy 1', 'legacy 1']
    for (const stored of [null, slow, quick, alike, ...salted, await made.hash('right')])
      expect(await workOf('wrong', stored), String(stored)).toEqual(expected)
  })

  test('is stored without any data of an account', async () => {
    const facts = createMemoryFactStore()
    const { made } = recorded([legacyDigest(), legacyBcrypt(bcrypt.compare), legacyScrypt()], facts)
    const scrypted = `$scrypt$ln=4,r=8,p=1$c2FsdHlzYWx0c2FsdA$${'Zm9v'.repeat(10)}`
    for (const stored of [md5, crypted, scrypted, crypted]) await made.expect(stored)
    const stored = await Promise.all([0, 1, 2, 3].map((index) => facts.get(`password-form-${index}`)))
    expect(stored).toEqual([
      '0'.repeat(32),
      `$2b$04$${'A'.repeat(53)}`,
      `$scrypt$ln=4,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(40)}`,
      null,
    ])
  })

  test('works if the storage cannot read or store the known forms', async () => {
    const facts = createMemoryFactStore()
    const down = async (): Promise<never> => Promise.reject(new Error('down'))
    const { made, workOf, lines } = recorded([legacyDigest()], { ...facts, get: down, setOnce: down })
    await made.expect(md5)
    expect(await workOf('wrong', null)).toEqual(['$argon2id$v=19$m=8,t=1,p=1', 'legacy 0'])
    expect(lines).toMatchObject([{ event: 'password.forms-not-stored', error: { message: 'down' } }])
  })

  test('is the same for forms that only a hash of theirs shows, and these are not stored', async () => {
    const facts = createMemoryFactStore()
    const digest = legacyDigest()
    // Without its digest a hash of theirs is none, so nothing of the form can be kept without it.
    const sparing = (prefix: string): LegacyHash => ({
      reads: (stored) => digest.reads(stored) || (stored.startsWith(prefix) && /[1-9]/.test(stored)),
      verify: async () => false,
    })
    const { made, workOf } = recorded([sparing('one$'), sparing('two$')], facts)
    const met = [md5, 'one$00a1', 'one$00a2', 'two$00a1', 'two$00a2']
    for (const stored of met) await made.expect(stored)
    const expected = ['$argon2id$v=19$m=8,t=1,p=1', 'legacy 0', 'legacy 0', 'legacy 1']
    for (const stored of [null, ...met])
      expect(await workOf('wrong', stored), String(stored)).toEqual(expected)
    expect(await facts.get('password-form-0')).toBe('0'.repeat(32))
    expect(await facts.get('password-form-1')).toBeNull()
  })

  test('grows with no more than eight forms', async () => {
    const facts = createMemoryFactStore()
    const { made, workOf } = recorded([legacyPbkdf2()], facts)
    for (let i = 1; i <= 10; i++) await made.expect(`$pbkdf2-sha256$i=${String(i)}$AAAA$${'A'.repeat(43)}`)
    const eight = Array.from({ length: 8 }, () => 'legacy 0')
    expect(await workOf('wrong', null)).toEqual(['$argon2id$v=19$m=8,t=1,p=1', ...eight])
    expect(await facts.get('password-form-7')).not.toBeNull()
    expect(await facts.get('password-form-8')).toBeNull()
  })

  test('leaves out the form of a verifier that was removed', async () => {
    const facts = createMemoryFactStore()
    await recorded([legacyDigest()], facts).made.expect(md5)
    expect(await recorded([], facts).workOf('wrong', null)).toEqual(['$argon2id$v=19$m=8,t=1,p=1'])
  })

  test('includes what another process met a minute ago', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const facts = createMemoryFactStore()
      const [one, other] = [recorded([legacyDigest()], facts), recorded([legacyDigest()], facts)]
      vi.advanceTimersByTime(100_000)
      expect(await other.workOf('wrong', null)).toEqual(['$argon2id$v=19$m=8,t=1,p=1'])
      await one.made.expect(md5)
      vi.advanceTimersByTime(60_000)
      expect(await other.workOf('wrong', null)).toEqual(['$argon2id$v=19$m=8,t=1,p=1'])
      vi.advanceTimersByTime(1)
      expect(await other.workOf('wrong', null)).toEqual(['$argon2id$v=19$m=8,t=1,p=1', 'legacy 0'])
    } finally {
      vi.useRealTimers()
    }
  })

  test('reads each form once from the storage', async () => {
    const { port, calls } = counting(createMemoryFactStore())
    const { made } = recorded([legacyDigest(), legacyBcrypt(bcrypt.compare)], port)
    for (const stored of [md5, crypted, older, md5]) await made.expect(stored)
    expect(calls).toEqual(['setOnce', 'setOnce', 'setOnce'])
  })

  test('ends early only if the password is right', async () => {
    const { made, workOf } = recorded([legacyDigest()])
    await made.expect(md5)
    expect(await workOf('right', await made.hash('right'))).toEqual(['$argon2id$v=19$m=8,t=1,p=1'])
    expect(await workOf('password', md5)).toEqual(['legacy 0'])
    expect(await workOf('password', null)).toEqual(['$argon2id$v=19$m=8,t=1,p=1', 'legacy 0'])
  })
})

/** A log that holds no line back. */
function everyLine(): { log: Log; lines: (readonly [message: string, fields: LogFields])[] } {
  const lines: (readonly [string, LogFields])[] = []
  const logger = { warn: (...line: [string, LogFields]) => lines.push(line) }
  return { log: createLog(logger, { pass: (_kind, write) => write(0), flush: () => {} }), lines }
}

test('a hash that cannot be checked matches nothing, and is reported once and without itself', async () => {
  const { log, lines } = everyLine()
  const throwing: LegacyHash = {
    reads: (stored) => stored.startsWith('odd'),
    verify: (_password, stored) => Promise.reject(new Error(`cannot read ${stored}`)),
  }
  const made = createPasswords(configOf({ ...cheapHashing, legacy: [throwing] }), {
    ...tools,
    log,
  })
  for (const stored of ['odd one', 'odd one', 'odd two', 'nothing', 'nothing', null]) {
    expect(await made.verify('x', stored)).toEqual({ matches: false, upgrade: false })
  }
  const event = 'password.hash-unreadable'
  expect(lines).toEqual([
    [expect.stringContaining('cannot be checked'), { event, cause: 'Error' }],
    [expect.stringContaining('cannot be checked'), { event, cause: 'Error' }],
    [expect.stringContaining('`passwords.legacy`'), { event }],
  ])
  expect(JSON.stringify(lines)).not.toMatch(/odd|nothing/)
})

test('a hundred hashes that cannot be checked are reported, and no more', async () => {
  const { log, lines } = everyLine()
  const made = createPasswords(configOf(cheapHashing), { ...tools, log })
  for (let index = 0; index < 110; index++) await made.verify('x', `of no form ${String(index)}`)
  expect(lines).toHaveLength(100)
})

test('a hash of today, or one that nobody reads, can be expected too', async () => {
  await passwords.expect(await passwords.hash('correct horse'))
  await passwords.expect('of a verifier that was removed')
})

test('work beyond the limit is refused as busy, with an event that says whose it was', async () => {
  const events: unknown[] = []
  const config = configOf({ ...cheapHashing, concurrency: 1, queueLimit: 0 })
  const made = createPasswords(config, { ...tools, emit: (...event) => void events.push(event) })
  const first = made.hash('correct horse')
  const busy = { code: 'busy', refusedBy: 'passwords' }
  await expect(made.hash('x', { key: 'ana', lane: 'first' })).rejects.toMatchObject(busy)
  await expect(made.verify('x', null, { key: '192.0.2.0/24' })).rejects.toMatchObject(busy)
  await expect(made.hash('x', hostsTurn)).rejects.toMatchObject(busy)
  expect(made.load()).toEqual({ waiting: 0, running: 1, refused: 3 })
  await first
  expect(events).toEqual([
    ['work.refused', { work: 'passwords', userId: 'ana', network: null }],
    ['work.refused', { work: 'passwords', userId: null, network: '192.0.2.0/24' }],
    ['work.refused', { work: 'passwords', userId: null, network: null }],
  ])
})

test('work is refused as busy also where nobody listens', async () => {
  const made = createPasswords(configOf({ ...cheapHashing, concurrency: 1, queueLimit: 0 }), tools)
  const first = made.hash('correct horse')
  await expect(made.hash('x')).rejects.toMatchObject({ code: 'busy' })
  await first
})

test('the queue of passwords and each piece of its work are measured', async () => {
  const measured: unknown[] = []
  const telemetry: Telemetry = {
    ...silentTelemetry,
    record: (name, _seconds, attributes) => void measured.push([name, attributes]),
    gauge: (name, read) => void measured.push([name, ...read().map(({ attributes }) => attributes)]),
  }
  const made = createPasswords(configOf(cheapHashing), { ...tools, telemetry })
  await made.verify('x', await made.hash('correct horse'))
  const queue = { 'kith.queue': 'passwords' }
  expect(measured).toEqual([
    ['kith.queue.waiting', queue],
    ['kith.queue.running', queue],
    ['kith.queue.refused', queue],
    ['kith.job.duration', { ...queue, 'kith.verb': 'hash' }],
    ['kith.job.duration', { ...queue, 'kith.verb': 'verify' }],
  ])
})
