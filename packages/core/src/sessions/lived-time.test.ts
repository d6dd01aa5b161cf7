import { expect, test } from 'vitest'
import { createLivedTime } from './lived-time.ts'

const start = Date.parse('2026-01-01T12:00:00Z')
const [second, hour, day] = [1_000, 3_600_000, 86_400_000]

/** A clock that advances with the process and can be set. */
function setup() {
  let [steady, offset] = [0, start]
  const time = createLivedTime(
    () => new Date(steady + offset),
    () => steady,
  )
  return {
    time,
    pass: (millis: number) => void (steady += millis),
    set: (millis: number) => void (offset += millis),
    repeated: () => time.isRepeated(time.clock()),
  }
}

test('a correct clock repeats no time, however rarely it is read', () => {
  const { pass, repeated } = setup()
  for (const millis of [1, second, hour, 30 * day]) {
    pass(millis)
    expect(repeated()).toBe(false)
  }
})

test('a lived time is repeated until the clock is past it, even if the clock was not read in between', () => {
  const { pass, set, repeated } = setup()
  pass(5 * hour)
  set(-3 * hour)
  expect(repeated()).toBe(true)
  pass(3 * hour - second)
  expect(repeated()).toBe(true)
  pass(4 * second)
  expect(repeated()).toBe(false)
})

test('skipped time was not lived: after a jump days ahead and back, only the time spent there is repeated', () => {
  const { pass, set, repeated } = setup()
  pass(hour)
  set(2 * day)
  expect(repeated()).toBe(false)
  pass(hour)
  set(-2 * day)
  expect(repeated()).toBe(false)
  pass(2 * day - 2 * hour)
  expect(repeated()).toBe(false)
  pass(hour + 10 * second)
  expect(repeated()).toBe(true)
  pass(hour)
  expect(repeated()).toBe(false)
})

test('small corrections repeat nothing, but many of them add up', () => {
  const { pass, set, repeated } = setup()
  pass(hour)
  set(-1.5 * second)
  pass(second)
  expect(repeated()).toBe(false)
  for (let step = 0; step < 4; step++) {
    set(-1.5 * second)
    repeated()
  }
  expect(repeated()).toBe(true)
  pass(10 * second)
  expect(repeated()).toBe(false)
})

test('time before the start of the process may have been lived by another process', () => {
  const { set, repeated } = setup()
  set(-hour)
  expect(repeated()).toBe(true)
})

test('no lived time is forgotten, however often the clock is set', () => {
  const { time, pass, set } = setup()
  const lived: Date[] = []
  for (let step = 0; step < 500; step++) {
    pass(10 * second)
    lived.push(time.clock())
    set(step % 2 ? hour : -hour - 30 * second)
    time.clock()
  }
  // The clock has not left the last time on either side yet.
  expect(lived.slice(0, -2).every((date) => time.isRepeated(date))).toBe(true)
})

test('a correction of two seconds repeats nothing, and a longer one does', () => {
  for (const [millis, isRepeated] of [
    [2_000, false],
    [2_001, true],
  ] as const) {
    const { pass, set, repeated } = setup()
    pass(hour)
    repeated()
    set(-millis)
    expect(repeated(), `${millis} ms`).toBe(isRepeated)
  }
})

test('repeated times extend by two seconds in both directions, for other processes with different clocks', () => {
  const { time, pass, set } = setup()
  pass(2 * hour)
  const latest = time.clock().getTime()
  set(-hour)
  const setBackTo = time.clock().getTime()
  const edges = [setBackTo - 2_001, setBackTo - 2_000, latest + 2_000, latest + 2_001]
  expect(edges.map((at) => time.isRepeated(new Date(at)))).toEqual([false, true, true, false])
})

test('beyond fifty periods, the two oldest are merged, including the time skipped between them', () => {
  const { time, pass, set } = setup()
  /** The middle of the skipped time. */
  const skip = (): Date => {
    pass(10 * second)
    const before = time.clock().getTime()
    set(hour)
    time.clock()
    return new Date(before + hour / 2)
  }
  const skipped = Array.from({ length: 50 }, skip)
  // Far enough back for all of them to be repeated.
  const isRepeated = (): boolean[] => {
    return skipped.slice(0, 2).map((date) => time.isRepeated(date))
  }
  set(-60 * hour)
  time.clock()
  expect(isRepeated()).toEqual([true, false])
})

test('a period that was set back stays repeated after it is merged with a later one', () => {
  const { time, pass, set } = setup()
  pass(hour)
  const lived = time.clock()
  set(-2 * hour)
  time.clock()
  for (let step = 0; step < 60; step++) {
    pass(10 * second)
    set(hour)
    time.clock()
  }
  expect(time.isRepeated(lived)).toBe(true)
})
