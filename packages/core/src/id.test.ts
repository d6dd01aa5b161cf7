import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createIds } from './id.ts'

test('ids are UUIDv7 and sort in the order of making, in one millisecond and when the clock steps back', () => {
  let millis = 1_700_000_000_000
  const makeId = createIds(
    () => new Date(millis),
    (length) => randomBytes(length),
  )
  const ids = Array.from({ length: 20_000 }, (_, index) => {
    if (index === 10_000) millis -= 5_000
    return makeId()
  })
  expect(ids).toEqual([...ids].sort())
  expect(new Set(ids).size).toBe(ids.length)
  expect(
    ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toBe(true)
  expect(Number.parseInt(ids[0]?.replace('-', '').slice(0, 12) ?? '', 16)).toBe(1_700_000_000_000)
})
