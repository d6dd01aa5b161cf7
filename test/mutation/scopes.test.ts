import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/packages.ts'
import { scopes } from './scopes.ts'
import { variantsOf } from './statement-variants.ts'
import { reasonOfWords } from './words.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const isEmpty = (pattern: string): boolean => globSync(pattern, { cwd: root }).length === 0

test.each(Object.entries(scopes))('the scope %s lists existing files', (_name, { mutate, tests }) => {
  const patterns = [...mutate, ...tests].map((pattern) => pattern.replace(/^!/, ''))
  expect(patterns.filter(isEmpty)).toEqual([])
})

test('a missing file is detected', () => {
  expect(isEmpty('packages/core/src/sessions/gone.ts')).toBe(true)
})

test('docs/mutation.md has a row for each scope', () => {
  const [, table = ''] = read('docs/mutation.md').split('## What was run')
  const rows = [...(table.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name)
  expect(rows.sort()).toEqual(Object.keys(scopes).sort())
})

test('makes each condition of a statement always true, once', () => {
  const source =
    'const rotate = `UPDATE t SET generation = generation + 1 WHERE id = @id AND revoked_at IS NULL`'
  const broken = variantsOf(source).map(
    ({ start, end, text }) => source.slice(0, start) + text + source.slice(end),
  )
  expect(broken).toEqual([
    'const rotate = `UPDATE t SET generation = generation + 1 WHERE (id = @id OR TRUE) AND revoked_at IS NULL`',
    'const rotate = `UPDATE t SET generation = generation + 1 WHERE id = @id AND (revoked_at IS NULL OR TRUE)`',
    'const rotate = `UPDATE t SET generation = generation + 2 WHERE id = @id AND revoked_at IS NULL`',
  ])
})

test('leaves out the texts of an error, but not its code and its other fields', () => {
  const detail = { type: 'ObjectProperty', key: { name: 'detail' } }
  const more = { type: 'ObjectProperty', key: { name: 'cause' } }
  const options = { type: 'ObjectExpression', properties: [detail] }
  const error = (name: string) => ({ type: 'NewExpression', callee: { name } })
  const text = { type: 'StringLiteral' }
  const of = (node: object, parent: object, above: object | null = null) =>
    reasonOfWords({ node, parent, parentPath: { node: parent, parent: above, parentPath: null } } as never)
  expect(of(options, error('KithError'))).toContain('Words')
  expect(of(detail, { ...options, properties: [detail, more] }, error('KithError'))).toContain('Words')
  expect(of(text, error('TypeError'))).toContain('Words')
  expect(of(text, error('KithError'))).toBeUndefined()
  expect(of({ ...options, properties: [detail, more] }, error('KithError'))).toBeUndefined()
  expect(of(options, error('Map'))).toBeUndefined()
})
