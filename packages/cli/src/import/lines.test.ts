import { expect, test } from 'vitest'
import { type Line, linesOf } from './lines.ts'

async function read(text: string, size: number, from = { number: 0, end: 0 }): Promise<Line[]> {
  const bytes = Buffer.from(text)
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const lines: Line[] = []
  for await (const line of linesOf(chunks(), from)) lines.push(line)
  return lines
}

test.each([1, 2, 3, 1000])(
  'in chunks of %i the lines are the same, with the position of each end',
  async (size) => {
    expect(await read('ä\r\n\nlast', size)).toEqual([
      { number: 1, text: 'ä', end: 4 },
      { number: 2, text: '', end: 5 },
      { number: 3, text: 'last', end: 9 },
    ])
  },
)

test('continues from a position', async () => {
  expect(await read('two\n', 100, { number: 1, end: 50 })).toEqual([{ number: 2, text: 'two', end: 54 }])
})

test('a line that is too long has no text, and the next one is complete', async () => {
  const lines = await read(`${'x'.repeat(70_000)}\nnext\n`, 1_000)
  expect(lines.map(({ text }) => text)).toEqual(['', 'next'])
})
