import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createIds } from './id.ts'

test('ids are UUIDv7 and sort in creation order, within one millisecond and when the clock steps back', () => {
  let millis = 1_700_000_000_000
  const makeId = createIds(
    () => new Date(millis),
    (length) => randomBytes(length),
  )
  const ids = Array.from({ length: 20_000 }, (_, index) => {
    if (index === 10_000) millis -= 1_900
    return makeId()
  })
  expect(ids).toEqual([...ids].sort())
  expect(new Set(ids).size).toBe(ids.length)
  expect(
    ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toBe(true)
  expect(Number.parseInt(ids[0]?.replace('-', '').slice(0, 12) ?? '', 16)).toBe(1_700_000_000_000)
})

test('ids follow the clock again after it was days ahead, in one process and in others', () => {
  let millis = 1_700_000_000_000
  const clock = () => new Date(millis)
  const random = (length: number) => randomBytes(length)
  const [one, other] = [createIds(clock, random), createIds(clock, random)]
  const timeOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16)
  const before = one()
  millis += 2 * 86_400_000
  const ahead = one()
  expect(timeOf(ahead)).toBe(millis)
  millis -= 2 * 86_400_000
  const after: string[] = []
  for (const makeId of [one, other, one, other]) {
    millis += 1
    after.push(makeId())
    expect(timeOf(after.at(-1) ?? '')).toBe(millis)
  }
  expect([before, ...after, ahead]).toEqual([before, ...after, ahead].sort())
  millis -= 86_400_000
  const behind = Array.from({ length: 5_000 }, () => one())
  expect(behind).toEqual([...behind].sort())
  expect(timeOf(behind[0] ?? '')).toBe(millis)
})
