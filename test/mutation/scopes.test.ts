import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { root } from '../../scripts/packages.ts'
import { scopes } from './scopes.ts'

const isEmpty = (pattern: string): boolean => globSync(pattern, { cwd: root }).length === 0

test.each(Object.entries(scopes))('the scope %s names files that are there', (_name, { mutate, tests }) => {
  const patterns = [...mutate, ...tests].map((pattern) => pattern.replace(/^!/, ''))
  expect(patterns.filter(isEmpty)).toEqual([])
})

test('a file that is not there is noticed', () => {
  expect(isEmpty('packages/core/src/sessions/gone.ts')).toBe(true)
})
