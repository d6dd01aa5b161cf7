import { expect, test } from 'vitest'
import { createMemoryRevocations } from './memory-revocations.ts'

test('entries survive a clock that ran ahead and was set back', async () => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const revocations = createMemoryRevocations(() => new Date(now))
  const inAQuarter = (): Date => new Date(now + 900_000)
  await revocations.revoke(['ended'], inAQuarter())
  now += 3_600_000
  await revocations.revoke(['another'], inAQuarter())
  now -= 3_600_000
  expect(['ended', 'another'].map((id) => revocations.isRevoked(id))).toEqual([true, true])
})

test('expired entries are removed', async () => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const revocations = createMemoryRevocations(() => new Date(now))
  await revocations.revoke(['ended'], new Date(now - 1))
  now += 1
  await revocations.revoke(['another'], new Date(now + 1_000))
  expect(revocations.isRevoked('ended')).toBe(false)
})
