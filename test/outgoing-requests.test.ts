import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { listPackages } from '../scripts/packages.ts'
import { readFiles } from './imports.ts'

/** Calls of any `fetch` whose options do not forbid redirects in place. */
function followers(file: string, text: string): string[] {
  const found: string[] = []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  function visit(node: ts.Node): void {
    if (ts.isCallExpression(node) && isFetch(node.expression) && !node.arguments.some(refusesRedirects)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart())
      found.push(`${file}:${line + 1}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isFetch(callee: ts.Expression): boolean {
  if (ts.isNonNullExpression(callee) || ts.isParenthesizedExpression(callee))
    return isFetch(callee.expression)
  if (ts.isIdentifier(callee)) return callee.text === 'fetch'
  return ts.isPropertyAccessExpression(callee) && callee.name.text === 'fetch'
}

function refusesRedirects(argument: ts.Expression): boolean {
  return (
    ts.isObjectLiteralExpression(argument) &&
    argument.properties.some(
      (property) =>
        ts.isPropertyAssignment(property) &&
        property.name.getText() === 'redirect' &&
        ts.isStringLiteral(property.initializer) &&
        ['error', 'manual'].includes(property.initializer.text),
    )
  )
}

/** The kit acts as the browser, which follows redirects. */
const shipped = listPackages().filter(({ folder }) => folder !== 'conformance')

test.each(shipped)('no request of $folder follows a redirect', ({ path }) => {
  const found: string[] = []
  for (const [file, text] of readFiles(join(path, 'src'), ['.ts']))
    if (!/\.test(-d)?\.ts$/.test(file)) found.push(...followers(file, text))
  expect(found).toEqual([])
})

test('a request that would follow redirects is detected in any notation', () => {
  for (const call of [
    'fetch(url)',
    'await fetch(url, { signal })',
    'globalThis.fetch(url, { redirect: "follow" })',
    'core.config.fetch(url, options)',
    '(fetch)(url, { ...options })',
    'client.fetch!(url, { redirect })',
  ])
    expect(followers('file.ts', call), call).toEqual(['file.ts:1'])
  for (const call of ['fetch(url, { redirect: "error", ...rest })', 'fetch(url, { redirect: "manual" })'])
    expect(followers('file.ts', call), call).toEqual([])
})
