import { expect, test } from 'vitest'
import { createLivedTime } from './lived-time.ts'

const start = Date.parse('2026-01-01T12:00:00Z')
const [second, hour, day] = [1_000, 3_600_000, 86_400_000]

/** A clock that goes on with the process, and can be set. */
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

test('a clock that is right repeats nothing, however seldom it is looked at', () => {
  const { pass, repeated } = setup()
  for (const millis of [1, second, hour, 30 * day]) {
    pass(millis)
    expect(repeated()).toBe(false)
  }
})

test('a time that was lived comes again until the clock is past it, also where nobody looked', () => {
  const { pass, set, repeated } = setup()
  pass(5 * hour)
  set(-3 * hour)
  expect(repeated()).toBe(true)
  pass(3 * hour - second)
  expect(repeated()).toBe(true)
  pass(4 * second)
  expect(repeated()).toBe(false)
})

test('what was skipped was not lived: after days ahead only the time out there is repeated', () => {
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

test('small corrections repeat nothing, and many of them add up', () => {
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

test('what is before the process began may have been lived by another', () => {
  const { set, repeated } = setup()
  set(-hour)
  expect(repeated()).toBe(true)
})

test('however often the clock is set, no time that was lived is forgotten', () => {
  const { time, pass, set } = setup()
  const lived: Date[] = []
  for (let step = 0; step < 500; step++) {
    pass(10 * second)
    lived.push(time.clock())
    set(step % 2 ? hour : -hour - 30 * second)
    time.clock()
  }
  // The last time on either side was not left behind.
  expect(lived.slice(0, -2).every((date) => time.isRepeated(date))).toBe(true)
})

test('a correction of two seconds repeats nothing, and one that is longer does', () => {
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

test('the times that are repeated reach two seconds to both sides, for clocks of others that differ', () => {
  const { time, pass, set } = setup()
  pass(2 * hour)
  const latest = time.clock().getTime()
  set(-hour)
  const setBackTo = time.clock().getTime()
  const edges = [setBackTo - 2_001, setBackTo - 2_000, latest + 2_000, latest + 2_001]
  expect(edges.map((at) => time.isRepeated(new Date(at)))).toEqual([false, true, true, false])
})

test('of more than fifty stretches the two oldest count as one, with what was skipped between them', () => {
  const { time, pass, set } = setup()
  /** The middle of what is skipped. */
  const skip = (): Date => {
    pass(10 * second)
    const before = time.clock().getTime()
    set(hour)
    time.clock()
    return new Date(before + hour / 2)
  }
  const skipped = Array.from({ length: 50 }, skip)
  // Far enough back that all of them may come again.
  const isRepeated = (): boolean[] => {
    return skipped.slice(0, 2).map((date) => time.isRepeated(date))
  }
  set(-60 * hour)
  time.clock()
  expect(isRepeated()).toEqual([true, false])
})

test('what was set back before it was joined with a later stretch stays repeated', () => {
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
