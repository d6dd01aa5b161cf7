import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPostInputs } from '../posts/post-inputs.ts'
import { cleanSuggestions } from './clean-suggestions.ts'

test('suggestions are trimmed and deduplicated; empty strings, control characters and non-strings are removed; no more than requested remain', () => {
  const said = [' One. ', 'One.', '', '\n', 'Two\u0007.\nOn two lines', null, 3, {}, 'half \ud83d', 'Four.']
  expect(cleanSuggestions(said, 3)).toEqual(['One.', 'Two.\nOn two lines', 'half \ufffd'])
  expect(cleanSuggestions(said, 5)).toHaveLength(4)
})

test('suggestions are cut to the length of a caption, between graphemes', () => {
  const [kept, cut] = cleanSuggestions(['👩‍👩‍👧'.repeat(2_200).slice(0, 17_600), '🇦🇹'.repeat(2_201)], 2)
  expect(kept).toBe('👩‍👩‍👧'.repeat(2_200))
  expect(cut).toBe(`${'🇦🇹'.repeat(2_199)}…`)
  const pile = 'q' + '\u0301'.repeat(30)
  expect(cleanSuggestions([`A pile ${pile}${'\u0301'.repeat(30_000)}`], 1)).toEqual([`A pile ${pile}`])
})

test('only the first twenty are read, and only as much of each as could be kept', () => {
  const unread = Array.from({ length: 1_000_000 }, (_, index) => (index < 20 ? '' : 'late'))
  expect(cleanSuggestions(unread, 5)).toEqual([])
  expect(cleanSuggestions([' '.repeat(25_000) + 'late', ' '.repeat(24_999) + 'early'], 5)).toEqual(['e'])
})

test('suggestions lose characters that would reverse the text around them', () => {
  expect(cleanSuggestions(['\u202eevil\u2067 twin'], 1)).toEqual(['evil twin'])
})

test('anything that a writer returns can be posted', () => {
  const { create } = createPostInputs({ textOnly: true })
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.string({ unit: 'grapheme', maxLength: 100 }).map((part) => part.repeat(25)),
    fc.string({
      unit: fc.constantFrom('a', '\u0301', '\u0344', '\u0958', '\u2067', '\u202e', '\ud83d'),
      maxLength: 200,
    }),
  )
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3 }), (texts) => {
      for (const caption of cleanSuggestions(texts, 5))
        expect(create.parse({ caption })).toEqual({ caption, media: [] })
    }),
    { numRuns: 20 },
  )
})
