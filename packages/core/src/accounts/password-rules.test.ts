import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commonPasswords } from './common-passwords.ts'
import { type AccountNames, isCommon, isOwnPassword, isRepetitive } from './password-rules.ts'

const nobody: AccountNames = {}
const ada: AccountNames = {
  username: 'ada.lovelace_99',
  email: 'a.byron+kith@analytical-engine.example',
  phone: '+4915112345678',
  name: 'Augusta Ada Kïng',
}
function isRefused(password: string, names = nobody, words: string[] = []): boolean {
  return isRepetitive(password) || isCommon(password) || isOwnPassword(password, names, words)
}

describe('common passwords', () => {
  // asvs: 6.2.4
  test('include more than 3,000 for each minimum length up to 8 that the options allow', () => {
    const all = [...commonPasswords()]
    for (const minimum of [4, 5, 6, 7, 8]) {
      expect(all.filter((entry) => entry.length >= minimum).length).toBeGreaterThan(3_000)
    }
    for (const entry of all) expect(entry).toBe(entry.normalize('NFKC').toLowerCase())
  })

  // asvs: 6.2.4
  test('are refused in any case, in fullwidth letters and with spaces around them', () => {
    const wide = (text: string): string =>
      text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))
    for (const entry of commonPasswords()) {
      for (const form of [entry, entry.toUpperCase(), ` ${entry}`]) expect(isRefused(form), form).toBe(true)
    }
    fc.assert(fc.property(fc.constantFrom(...commonPasswords()), (entry) => isRefused(wide(entry))))
  })

  test.each([
    'Password2024!',
    '!dragon!77',
    'p a s s w o r d',
    '        ',
    'aaaaaaaaaaaa',
    'abcdefghijkl',
    '12312312312',
    'qwertyuiopasdf',
    'poiuytrewq09876',
    'xyxyxyxyxyxyxy',
    '999999999999',
  ])('%j is refused', (password) => {
    expect(isRefused(password)).toBe(true)
  })

  test.each([
    'correct horse',
    'battery staple',
    'goto considered',
    'пароль-который-никто',
    'tr0ub4dor & 3 fish',
    '密码很长也很好记',
  ])('%j is accepted', (password) => {
    expect(isRefused(password)).toBe(false)
  })

  test('random passwords are accepted', () => {
    const characters = fc.constantFrom(...'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%+-')
    fc.assert(
      fc.property(fc.string({ unit: characters, minLength: 14, maxLength: 14 }), (text) => {
        fc.pre(new Set(text).size > 8)
        return !isRefused(text, ada)
      }),
      { numRuns: 2_000, seed: 11 },
    )
  })
})

describe('passphrases', () => {
  /** Words from the list itself: the worst case for a passphrase. */
  const words = [...commonPasswords()].filter((entry) => /^[a-z]{4,}$/.test(entry))
  const names = words.filter(({ length }) => length < 8)

  test('fewer than one in a thousand of four random words is refused, whatever the names of the account', () => {
    let [seed, refused] = [11, 0]
    const pick = (from: readonly string[]): string =>
      from[(seed = (seed * 48_271) % 2_147_483_647) % from.length] ?? ''
    for (let round = 0; round < 20_000; round++) {
      const phrase = [1, 2, 3, 4].map(() => pick(words)).join(['', ' ', '-', '.'][round % 4])
      if (isRefused(phrase, { username: pick(names), name: `${pick(names)} ${pick(names)}` })) refused++
    }
    expect(refused).toBeLessThan(20)
  })
})

describe('names of the account', () => {
  test.each([
    'ada.lovelace_99',
    'ADA.LOVELACE_99',
    'adalovelace99',
    'lovelaceada',
    '99_ecalevol.ada',
    'ecalevol2024',
    'lovelace1815',
    '!!lovelace!!',
    'lovelacelovelace',
    '1ove1ace#',
    'L0v3l4c3!!',
    'l0ve|@ce_x',
    'Lovelacexyz',
    'ｌｏｖｅｌａｃｅ',
    'lövelace77',
    'a.byron+kith@analytical-engine.example',
    'byron12345',
    'norybnoryb',
    'analytical1',
    'analytical-engine',
    'engine@analytical',
    '+4915112345678',
    '015112345678',
    '12345678!!',
    '0151-1234 5678',
    'augustaking',
    'AugustaAda!',
    'Kïng-2024',
    'augusta kïng',
    'iLoveLovelace!1',
    'xXlovelaceXx',
    'byron-forever',
    'l0velace123dragon',
    'zzzaugustazzz',
  ])('%j is a disguised name', (password) => {
    expect(isRefused(password, ada)).toBe(true)
  })

  test.each([
    'my sister ada sings',
    'the engine of my old car',
    'lovelace wrote notes',
    'correct horse',
    'byron had a limp',
    'dragon lovelace monkey',
  ])('%j contains more than a name', (password) => {
    expect(isRefused(password, ada)).toBe(false)
  })

  test('a name stays refused with any decoration that keeps it', () => {
    const decoration = fc.string({ unit: fc.constantFrom(...'0123456789!?.-_ #*'), maxLength: 6 })
    const disguises = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.toUpperCase(),
      (text) => [...text].reverse().join(''),
      (text) => text + text,
      (text) => text.replaceAll('o', '0').replaceAll('e', '3').replaceAll('a', '@').replaceAll('l', '1'),
      (text) => [...text].join('.'),
    )
    const name = fc.constantFrom('lovelace', 'augusta', 'analytical', 'byron', 'adalovelace', '12345678')
    fc.assert(
      fc.property(
        fc.record({ before: decoration, word: name, one: disguises, other: disguises, after: decoration }),
        ({ before, word, one, other, after }) => isRefused(before + one(other(word)) + after, ada),
      ),
      { numRuns: 3_000 },
    )
  })

  test('names in other scripts count as well', () => {
    expect(isRefused('王芳王芳王芳8', { name: '王芳' })).toBe(true)
    expect(isRefused('екатерина1762', { name: 'Екатерина' })).toBe(true)
    expect(isRefused('strauss1825', { name: 'Strauß' })).toBe(true)
    expect(isOwnPassword('王b98765', { name: '王b' }, [])).toBe(true)
    expect(isOwnPassword('b王98765', { name: 'b王' }, [])).toBe(true)
  })
})

test('the parts of an email address count, all but the last of its domain', () => {
  const names: AccountNames = { email: 'jo.x.al@x-yz.mail.software', username: null, phone: null, name: null }
  for (const password of ['joxal98765432', 'xyz98765432', 'mail98765432', 'jo.x.al@x-yz.mail.software'])
    expect(isOwnPassword(password, names, []), password).toBe(true)
  expect(isOwnPassword('software98765432', names, [])).toBe(false)
})

test('the last seven digits of a phone number count, however long it is', () => {
  expect(isOwnPassword('8263915!!', { phone: '+49 826-3915' }, [])).toBe(true)
  expect(isOwnPassword('263915!!', { phone: '+49 826-3915' }, [])).toBe(false)
})

test('of two names that begin alike, the longer one counts', () => {
  expect(isOwnPassword('annabyzkwv1', nobody, ['anna', 'annabyzkwv'])).toBe(true)
})

test('letters that repeat on both sides of a name say nothing', () => {
  expect(isOwnPassword('xxxxlovelaceyyyy', ada, [])).toBe(true)
})

test('a name of three letters is not looked for in signs', () => {
  expect(isOwnPassword('ana 8 15 16', nobody, ['ana'])).toBe(true)
  expect(isOwnPassword('4n4 8 15 16', nobody, ['ana'])).toBe(false)
})

test('words from the app are refused like names', () => {
  expect(isRefused('Kith-2024!')).toBe(false)
  expect(isRefused('Kith-2024!', nobody, ['kith'])).toBe(true)
  expect(isRefused('sunny meadow!', nobody, ['Sunny Meadow'])).toBe(true)
})

test('a password has four characters that neither repeat nor continue others', () => {
  expect(isRepetitive('vkqvkqvkq')).toBe(true)
  expect(isRepetitive('vkqzvkqz')).toBe(false)
})

test('up to six digits and signs around a common password say nothing', () => {
  const [six, seven] = ['8402-9', '8402-91']
  for (let at = 0; at <= 6; at++)
    expect(isCommon(`${six.slice(0, at)}close-up${six.slice(at)}`), String(at)).toBe(true)
  for (let at = 0; at <= 7; at++)
    expect(isCommon(`${seven.slice(0, at)}close-up${seven.slice(at)}`), String(at)).toBe(false)
  for (const password of ['close-up +', '+!close-up', 'close-up 84', 'close-up!'])
    expect(isCommon(password), password).toBe(true)
  for (const password of ['dragonxqv', 'xqvdragon']) expect(isCommon(password), password).toBe(false)
})

test('letters that are doubled hide no common password of four letters or more', () => {
  for (const password of ['teeesst', 'Passsword Passsword', 'dragonlove', 'lovedragon'])
    expect(isCommon(password), password).toBe(true)
  // `anna`, without its double letter, would be in too many words.
  expect(isCommon('aannnaa77')).toBe(false)
})

test('common passwords are recognized with look-alike letters, with separators, doubled and with added digits', () => {
  for (const password of [
    'pаssword1',
    'pässwörd',
    'p.a.s.s.w.o.r.d',
    'password password',
    'trustno1!',
    'password\u200d1',
    'passwordd',
    'Dragonn!2024',
    'passswoord',
    'dragonmonkey',
    'Sunshine-Princess1',
  ])
    expect(isCommon(password), password).toBe(true)
  for (const password of ['dragon monkey letmein', 'passwort am morgen', 'vier wörter im wind'])
    expect(isCommon(password), password).toBe(false)
  expect(isOwnPassword('аnnаsmith1', { username: 'annasmith' }, [])).toBe(true)
})
