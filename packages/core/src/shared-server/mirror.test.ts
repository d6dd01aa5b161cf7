import { expect, test } from 'vitest'
import { createMirror } from './mirror.ts'

test('drops entries after they end, and not earlier', () => {
  const mirror = createMirror()
  mirror.add(['a', 100])
  mirror.add(['b', 200])
  mirror.sweep(99)
  expect([mirror.has('a'), mirror.has('b')]).toEqual([true, true])
  mirror.sweep(100)
  expect([mirror.has('a'), mirror.has('b')]).toEqual([false, true])
  mirror.sweep(200)
  expect(mirror.live(0)).toEqual([])
})

test('keeps the later of two ends, in either order, and is swept in the order of the ends', () => {
  const mirror = createMirror()
  mirror.add(['prolonged', 100])
  mirror.add(['kept', 300])
  mirror.add(['short', 150])
  mirror.add(['kept', 100])
  mirror.add(['prolonged', 200])
  expect(mirror.live(150)).toEqual([
    ['kept', 300],
    ['prolonged', 200],
  ])
  // An entry out of order waits for those before it, and denies a little longer.
  mirror.sweep(250)
  expect(mirror.has('kept')).toBe(true)
  mirror.sweep(300)
  expect(mirror.live(0)).toEqual([])
})
