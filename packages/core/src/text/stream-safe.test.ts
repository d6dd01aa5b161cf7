import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isStreamSafe, toStreamSafe } from './stream-safe.ts'

const mark = /[\p{M}\uFF9E\uFF9F]/u

test('every character that normalization can move counts as a mark', () => {
  const missed: string[] = []
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point < 0xe000) continue
    const character = String.fromCodePoint(point)
    const [first = ''] = character.normalize('NFKD')
    if (isMovable(first) && !mark.test(character)) missed.push(point.toString(16))
  }
  expect(missed).toEqual([])
})

test('30 consecutive marks are allowed, 31 are not, anywhere in the string', () => {
  const marks = fc.array(fc.constantFrom('\u0301', '\u0323', '\u05b0', '\uff9e', '\u{1d165}'), {
    minLength: 31,
    maxLength: 60,
  })
  fc.assert(
    fc.property(marks, fc.string(), fc.string(), (run, before, after) => {
      expect(isStreamSafe(`${before}a${run.slice(0, 30).join('')}b${after}`)).toBe(true)
      const long = `${before}a${run.join('')}b${after}`
      expect(isStreamSafe(long)).toBe(false)
      expect(toStreamSafe(long)).toBe(`${before}a${run.slice(0, 30).join('')}b${after}`)
    }),
  )
})

test('a result is always safe, and a safe string stays unchanged', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '\u0301', '\u0323', '\uff9f', ' ', '👩'),
    maxLength: 200,
  })
  fc.assert(
    fc.property(text, (given) => {
      expect(isStreamSafe(toStreamSafe(given))).toBe(true)
      if (isStreamSafe(given)) expect(toStreamSafe(given)).toBe(given)
    }),
  )
})

/** Whether canonical ordering moves it, past a mark of the lowest class or behind one of the highest. */
function isMovable(character: string): boolean {
  return [`a${character}\u0334`, `a\u0345${character}`].some((text) => text.normalize('NFD') !== text)
}
