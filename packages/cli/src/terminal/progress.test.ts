import { expect, test } from 'vitest'
import { createProgress } from './progress.ts'

function screen(columns: number | null): {
  written: string[]
  at: (millis: number) => void
  start: () => ReturnType<typeof createProgress>
} {
  const written: string[] = []
  let now = 0
  return {
    written,
    at: (millis) => (now = millis),
    start: () => createProgress('Counting', { columns, write: (text) => written.push(text), now: () => now }),
  }
}

test('a bar is drawn at most ten times a second, over itself, and removed at the end', () => {
  const { written, at, start } = screen(80)
  const progress = start()
  for (let millis = 0; millis < 1_000; millis++) {
    at(millis)
    progress.update(millis, 1_000)
  }
  progress.end()
  expect(written).toHaveLength(11)
  expect(written.slice(0, 10).every((text) => text.startsWith('\rCounting') && !text.includes('\n'))).toBe(
    true,
  )
  expect(written[5]).toContain('50 %  500 of 1,000')
  expect(written.at(-1)).toBe('\r\x1b[K')
})

test('a bar fits any terminal', () => {
  for (const columns of [10, 20, 40, 80, 200]) {
    const { written, at, start } = screen(columns)
    const progress = start()
    at(3_000)
    progress.update(2_999_999, 3_000_000)
    progress.update(1, null)
    expect((written[0] ?? '').replace(/\r|\x1b\[K/g, '').length).toBeLessThan(columns)
  }
})

test('shows the remaining time once it can be estimated', () => {
  const { written, at, start } = screen(100)
  const progress = start()
  at(10_000)
  progress.update(1, 4)
  expect(written[0]).toContain('0:30 left')
})

test('without a terminal there is a plain line every five seconds, and none for short work', () => {
  const { written, at, start } = screen(null)
  const progress = start()
  at(4_999)
  progress.update(10, null)
  expect(written).toEqual([])
  at(5_000)
  progress.update(1_500, 3_000)
  at(9_000)
  progress.update(2_000, 3_000)
  at(10_100)
  progress.update(2_500, null)
  progress.end()
  expect(written).toEqual(['Counting: 1,500 of 3,000 (50 %), 5 s\n', 'Counting: 2,500, 10 s\n'])
})
