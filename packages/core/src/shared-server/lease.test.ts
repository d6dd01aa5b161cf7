import { beforeEach, expect, test, vi } from 'vitest'
import { createLease } from './lease.ts'

let steady = 0
let wall = 0

beforeEach(() => {
  steady = 5_000
  wall = 1_800_000_000_000
  vi.spyOn(performance, 'now').mockImplementation(() => steady)
  vi.spyOn(Date, 'now').mockImplementation(() => wall)
})

function pass(millis: { steady: number; wall: number }): void {
  steady += millis.steady
  wall += millis.wall
}

test('is valid from the start of its renewal, and not before', () => {
  const lease = createLease(1_000)
  expect(lease.holds()).toBe(false)
  const sent = lease.now()
  pass({ steady: 300, wall: 300 })
  lease.renew(sent)
  pass({ steady: 699, wall: 699 })
  expect(lease.holds()).toBe(true)
  pass({ steady: 1, wall: 1 })
  expect(lease.holds()).toBe(false)
})

test.each([
  ['the machine was suspended, which stops one of the clocks', { steady: 1, wall: 60_000 }],
  ['the wall clock was set back', { steady: 1_000, wall: -60_000 }],
])('ends when %s', (_, millis) => {
  const lease = createLease(1_000)
  lease.renew(lease.now())
  pass(millis)
  expect(lease.holds()).toBe(false)
})

test('ends when it is released', () => {
  const lease = createLease(1_000)
  lease.renew(lease.now())
  lease.end()
  expect(lease.holds()).toBe(false)
})
