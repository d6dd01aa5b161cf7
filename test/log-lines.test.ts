import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { logLines } from '@kith/core/adapter'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { listPackages, root } from '../scripts/packages.ts'
import { readFiles } from './imports.ts'

interface LogCall {
  place: string
  level: string
  /** The source of its first argument. */
  name: string
}

/** The names that are used if a line's name is not written at its call. */
const throughVariables = ['request.ended', 'request.failed', 'request.refused', 'request.broke-off']

/** Calls of `warn`, `error` and `info` on a log, a logger or console. */
function logCalls(file: string, text: string): LogCall[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const calls: LogCall[] = []
  function visit(node: ts.Node): void {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression
      const receiver = expression.getText(source).split('.').at(-1) ?? ''
      if (
        /^(?:\w*[lL]og|\w*[lL]ogger|console)$/.test(receiver) &&
        /^(?:warn|error|info|debug|log)$/.test(name.text)
      ) {
        const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
        const argument = node.arguments[0]
        const text =
          argument && ts.isStringLiteral(argument) ? argument.text : (argument?.getText(source) ?? '')
        calls.push({ place: `${file}:${line}`, level: name.text, name: text })
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return calls
}

const calls = listPackages()
  .filter(({ folder }) => folder !== 'conformance')
  .flatMap(({ folder }) => {
    const sources = [...readFiles(join(root, 'packages', folder, 'src'), ['.ts'])]
    return sources
      .filter(([file]) => !file.endsWith('.test.ts'))
      .flatMap(([file, text]) => logCalls(`${folder}/${file}`, text))
  })

test('every log call names a line of the table, at its level', () => {
  expect(calls.length).toBeGreaterThan(10)
  const table = new Map<string, string>(Object.entries(logLines).map(([name, { level }]) => [name, level]))
  const wrong = calls.filter(({ place, level, name }) => {
    if (name === 'name' && place.includes('request-record.ts')) return false
    return table.get(name) !== level
  })
  expect(wrong).toEqual([])
})

test('every line of the table is used, and has a meaning and a solution', () => {
  const named = new Set([...calls.map(({ name }) => name), ...throughVariables])
  expect(Object.keys(logLines).filter((name) => !named.has(name))).toEqual([])
  const record = readFileSync(join(root, 'packages/http/src/request-record.ts'), 'utf8')
  for (const name of throughVariables) expect(record).toContain(`'${name}'`)
  for (const { meaning, toDo } of Object.values(logLines)) {
    expect(meaning).toMatch(/\.$/)
    expect(toDo).toMatch(/\.$/)
  }
})

test('the documentation contains the table', () => {
  const page = readFileSync(join(root, 'docs/log.md'), 'utf8')
  for (const name of Object.keys(logLines)) expect(page).toContain(`\`${name}\``)
})
