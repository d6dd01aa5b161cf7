import { expect, test } from 'vitest'
import { leftOut } from './left-out.ts'

test('a quick run leaves out tests that need more than one process, with the reason', () => {
  const found = leftOut()
  expect(found.get('test/fleet/outages.test.ts')).toBe('needs a server')
  expect(found.get('packages/storage-mongodb/src/conformance-replica-set.test.ts')).toBe('needs a server')
  expect(found.get('test/demo-page.test.ts')).toBe('needs a browser')
  expect(found.get('packages/storage-sqlite/test/kill.test.ts')).toBe('starts processes')
  expect(found.get('packages/express/test/journeys.test.ts')).toBe('repeats the journeys')
  expect(found.get('packages/storage-sqlite/src/conformance-drivers.test.ts')).toBe('repeats the kit')
  expect(found.get('test/docs-fences.test.ts')).toBe('compiles the documentation')
})

test('a quick run runs the journeys once, and the cases of the kit on SQLite and in memory', () => {
  const found = leftOut()
  expect(found.get('packages/http/test/journeys.test.ts')).toBeUndefined()
  expect(found.get('packages/storage-sqlite/src/conformance.test.ts')).toBeUndefined()
  expect(found.get('packages/conformance/src/memory.test.ts')).toBeUndefined()
})
