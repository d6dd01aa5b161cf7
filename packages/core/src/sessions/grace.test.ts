import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createGrace, type Grace } from './grace.ts'
import { createLivedTime } from './lived-time.ts'

const start = Date.parse('2026-01-01T12:00:00Z')
const [second, hour] = [1_000, 3_600_000]

/** Two processes with separate clocks, which may differ. */
function setup({ graceSeconds = 10, behindMillis = 0 } = {}) {
  let [steady, offset] = [0, 0]
  const processes = [0, behindMillis].map((behind) => {
    const time = createLivedTime(
      () => new Date(start + steady + offset - behind),
      () => steady,
    )
    return { ...createGrace(graceSeconds, time), clock: time.clock }
  })
  const [one, other] = processes as [Grace & { clock(): Date }, Grace & { clock(): Date }]
  return {
    one,
    other,
    pass: (millis: number) => void (steady += millis),
    set: (millis: number) => void (offset += millis),
    rotated: (id: string) => ({ ...sample, id, rotatedAt: one.clock() }),
  }
}

const sample = {
  ...{ actorId: null, actorSessionId: null, boundKey: null },
  ...{ id: '', userId: 'user', epoch: 0, generation: 1, revokedAt: null, methods: ['pwd'] },
  ...{ createdAt: new Date(start), provedAt: new Date(start), expiresAt: new Date(start + 24 * hour) },
  ...{ deviceName: null, address: null, userAgent: null },
}

test('a process whose clock is two seconds behind grants the grace, and one that is further behind does not', () => {
  for (const [behindMillis, isOpen] of [
    [2_000, true],
    [2_001, false],
    [5_000, false],
  ] as const) {
    const { other, rotated } = setup({ behindMillis })
    expect(other.isOpen(rotated('a'), other.clock()), `${behindMillis} ms`).toBe(isOpen)
  }
})

test('the allowed clock difference is never longer than the grace', () => {
  for (const [behindMillis, isOpen] of [
    [1_000, true],
    [1_001, false],
  ] as const) {
    const { other, rotated } = setup({ graceSeconds: 1, behindMillis })
    expect(other.isOpen(rotated('a'), other.clock()), `${behindMillis} ms`).toBe(isOpen)
  }
})

test('a process remembers its own rotations until their grace ends, whatever it rotates afterwards', () => {
  const { one, pass, set, rotated } = setup()
  pass(hour)
  const [first, next] = [rotated('a'), rotated('b')]
  one.begin(first)
  one.begin(next)
  pass(10 * second)
  one.begin(rotated('c'))
  // Only this memory keeps the grace open while the clock is set back.
  set(-hour)
  expect(one.isOpen(first, one.clock())).toBe(true)
  expect(one.isOpen(next, one.clock())).toBe(true)
  pass(1)
  expect(one.isOpen(first, one.clock())).toBe(false)
})

test('a token that arrived in time gets the grace, however slow the storage was, and a late one does not', () => {
  const { other, pass, rotated } = setup()
  const session = rotated('a')
  pass(10 * second)
  const inTime = other.clock()
  pass(1)
  const late = other.clock()
  pass(4 * second)
  expect([inTime, late].map((arrivedAt) => other.isOpen(session, arrivedAt))).toEqual([true, false])
})

test('a grace of zero is also zero in the process that rotated', () => {
  const { one, pass, rotated } = setup({ graceSeconds: 0 })
  const session = rotated('a')
  one.begin(session)
  pass(1)
  expect(one.isOpen(session, one.clock())).toBe(false)
})

test('its memory is bounded by the grace, even with a session that rotates all the time', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { one, pass, rotated } = setup()
  const always = rotated('always')
  function heapAfter(from: number, count: number): number {
    for (let index = from; index < from + count; index++) {
      pass(second)
      one.begin({ ...always, id: `session ${index}` })
      one.begin(always)
    }
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = heapAfter(0, 20_000)
  expect(heapAfter(20_000, 200_000) - before).toBeLessThan(10 * 2 ** 20)
})
