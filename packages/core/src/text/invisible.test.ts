import { expect, test } from 'vitest'
import { isDirectionClosed } from './direction.ts'
import { hasInvisible, hasVisible, withoutInvisible } from './invisible.ts'

test.each([
  ['family and skin tone', '👩🏽‍🚀 👨‍👩‍👧‍👦'],
  ['rainbow flag, heart, kiss', '🏳️‍🌈 ❤️ 👩🏻‍❤️‍💋‍👨🏿 🏴‍☠️'],
  [
    'flags of Scotland and Texas',
    '\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F} \u{1F3F4}\u{E0075}\u{E0073}\u{E0074}\u{E0078}\u{E007F}',
  ],
  ['national flags', '🇦🇹🇨🇭'],
  ['keycaps', '1️⃣ #️⃣'],
  ['text style of an emoji', '☎︎'],
  ['Persian', 'می‌خواهم'],
  ['Hindi', 'क्‍ष क्‌ष'],
  ['Bengali', 'র‍্য'],
  ['Sinhala', 'ශ්‍රී ලංකා'],
  ['Malayalam, at the end of a word', 'ന്‍'],
  ['Khmer', 'ភាសា\u200bខ្មែរ'],
  ['Mongolian', '\u182d\u180b'],
  ['variant of an ideograph', '葛\u{E0100}'],
  ['end of an ayah', '\u06dd١'],
  ['Hebrew with points', 'שָׁלוֹם'],
  ['Zulu, Vietnamese, Polish', 'Nguyễn Łukasz'],
])('%s: no character is flagged as hidden', (_name, text) => {
  expect(hasInvisible(text)).toBe(false)
  expect(withoutInvisible(text)).toBe(text)
  expect(hasVisible(text)).toBe(true)
})

test.each([
  ['override', '\u202e'],
  ['isolate', '\u2066'],
  ['end of an isolate', '\u2069'],
  ['mark of direction', '\u200f'],
  ['Arabic letter mark', '\u061c'],
  ['zero-width space', '\u200b'],
  ['joiner between Latin letters', '\u200d'],
  ['non-joiner between Latin letters', '\u200c'],
  ['soft hyphen', '\u00ad'],
  ['grapheme joiner', '\u034f'],
  ['Hangul fillers', '\u115f'],
  ['Hangul fillers', '\u1160'],
  ['Hangul fillers', '\u3164'],
  ['Hangul fillers', '\uffa0'],
  ['line separator', '\u2028'],
  ['paragraph separator', '\u2029'],
  ['blank of braille', '\u2800'],
  ['variation selector alone', '\ufe0f'],
  ['variation selector alone', '\u{E0101}'],
  ['tag', '\u{E0041}'],
  ['byte order mark', '\ufeff'],
  ['word joiner', '\u2060'],
  ['invisible times', '\u2062'],
  ['Khmer inherent vowel', '\u17b4'],
  ['Mongolian separator', '\u180e'],
  ['annotation', '\ufff9'],
  ['musical blank', '\u{1D159}'],
  ['reserved', '\u{E0FFF}'],
  ['never a character', '\uffff'],
])('%s is found between letters, after an emoji and alone', (_name, character) => {
  for (const text of [`a${character}b`, character, `م ${character} ${character}`]) {
    expect(hasInvisible(text)).toBe(true)
    expect(hasInvisible(withoutInvisible(text))).toBe(false)
  }
  expect(hasVisible(character)).toBe(false)
})

test('double joiners, an invalid flag of letters and a chain that joins nothing are found', () => {
  for (const text of [
    'می\u200c\u200cخواهم',
    '\u{1F3F4}\u{E0068}\u{E0065}\u{E006C}\u{E006C}\u{E006F}\u{E0077}\u{E006F}\u{E007F}',
    '👩\u200d',
    '👩\u200d'.repeat(40) + '👩',
    '1\ufe0f',
    '👩\ufe0f\ufe0f',
  ])
    expect(hasInvisible(text), JSON.stringify(text)).toBe(true)
})

test('spaces and combining marks alone are invisible', () => {
  for (const text of ['\u0301', '\u3000', '\u0301\u200b']) expect(hasVisible(text)).toBe(false)
  for (const text of ['.', '李', '🎈', '1']) expect(hasVisible(text)).toBe(true)
})

test.each([
  ['', true],
  ['plain', true],
  ['\u200f mark', true],
  ['\u2067שלום\u2069', true],
  ['\u2067\u2066a\u2069\u2069', true],
  ['\u2067a', false],
  ['\u2069a', false],
  ['\u2067a\nb\u2069', false],
  ['\u202eabc\u202c', false],
  ['\u202aabc', false],
])('%j affects only itself: %s', (text, closed) => {
  expect(isDirectionClosed(text)).toBe(closed)
})
