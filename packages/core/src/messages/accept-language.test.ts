import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseLanguage, languagesIn } from './accept-language.ts'

test.each([
  ['de-AT,de;q=0.9,en;q=0.8', ['de-at', 'de', 'en']],
  ['en;q=0.2, es ; q=0.9, de', ['de', 'es', 'en']],
  ['de;q=0, en;q=0.000, es;q=0.001', ['es']],
  ['de;q=1.000,es;q=1', ['de', 'es']],
  // An invalid language range or weight is skipped, and the rest still counts.
  ['de;q=2, en;q=1.5, es;q=0.1234, fr;q=, it;level=1, pt', ['pt']],
  ['de_AT, ü, , ;q=1, "de", en', ['en']],
  ['*;q=0.1, de', ['de', '*']],
  ['', []],
])('%j lists %j', (header, languages) => {
  expect(languagesIn(header)).toEqual(languages)
})

test.each([
  ['de-CH-1996,en', 'de'],
  ['fr,es;q=0.5,en;q=0.9', 'en'],
  ['pt', 'pt-BR'],
  ['pt-PT', 'pt-BR'],
  ['PT-br', 'pt-BR'],
  ['*,de;q=0.5', 'en'],
  ['xx,yy', 'en'],
  [null, 'en'],
])('a reader who prefers %j gets %s', (header, language) => {
  expect(chooseLanguage(header, ['en', 'de', 'es', 'pt-BR'], 'en')).toBe(language)
})

test('only the beginning of a long header counts, without the language at the cut', () => {
  const many = Array.from({ length: 50 }, () => 'x-y').join(',')
  expect(languagesIn(`${many},de`)).not.toContain('de')
  const cut = `${'a'.repeat(8)}-${'b'.repeat(8)}-`.repeat(27) + 'de-AT-'
  expect(languagesIn(`en,${cut}${'c'.repeat(8)}`)).toEqual(['en'])
})

test('a hostile header is read quickly, whatever it contains', () => {
  const hostile = [
    'a-'.repeat(500_000),
    ',;q='.repeat(300_000),
    `de;q=0.${'0'.repeat(1_000_000)}`,
    ' '.repeat(1_000_000),
  ]
  const begun = performance.now()
  for (const header of hostile) expect(chooseLanguage(header, ['en', 'de'], 'en')).toBe('en')
  expect(performance.now() - begun).toBeLessThan(200)
})

test('every header selects an available language', () => {
  const piece = fc.constantFrom(
    'de',
    'es',
    '*',
    'x',
    '-',
    ';',
    'q=',
    '0',
    '.',
    '5',
    '1',
    ',',
    ' ',
    '\t',
    'ü',
    '__proto__',
  )
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join('')),
      (header) => {
        expect(['en', 'de', 'es']).toContain(chooseLanguage(header, ['en', 'de', 'es'], 'en'))
      },
    ),
  )
})
