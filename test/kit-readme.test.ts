import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fencesOf, fileNameOf } from '../scripts/markdown.ts'
import { root } from '../scripts/packages.ts'

const run = promisify(execFile)
const fences = fencesOf(readFileSync(join(root, 'packages/conformance/README.md'), 'utf8'))
const files = new Map(fences.map(({ code }) => [fileNameOf(code), code]))

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-readme-'))
  mkdirSync(join(folder, 'node_modules/@kith'), { recursive: true })
  for (const name of ['core', 'conformance'])
    symlinkSync(join(root, 'packages', name), join(folder, 'node_modules/@kith', name), 'junction')
  symlinkSync(join(root, 'node_modules/vitest'), join(folder, 'node_modules/vitest'), 'junction')
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `const conditions = ['@kith/source', 'node']
export default { resolve: { conditions }, ssr: { resolve: { conditions } } }`,
  )
  writeFileSync(join(folder, 'revocations.test.ts'), files.get('revocations.test.ts') ?? '')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The passed and failed cases, as a reader sees them. */
async function runKit(adapter: string): Promise<{ passed: number; failed: string[] }> {
  writeFileSync(join(folder, 'revocations.ts'), adapter)
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--root', folder, '--reporter=json', '--outputFile=report.json']
  // The exit code is 1 if a case fails.
  await run(process.execPath, args, { cwd: folder }).catch(() => undefined)
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as {
    testResults: { assertionResults: { title: string; status: string }[] }[]
  }
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  return {
    passed: results.filter(({ status }) => status === 'passed').length,
    failed: results.filter(({ status }) => status === 'failed').map(({ title }) => title),
  }
}

test('the adapter in the README fails as described, and passes after the fix as described', async () => {
  const adapter = files.get('revocations.ts') ?? ''
  const told = fences
    .find(({ info }) => info === 'text')
    ?.code.trim()
    .split('\n')
  const first = await runKit(adapter)
  expect(first.failed.map((title) => `FAIL  ${title}`)).toEqual(told)
  expect(first.passed + first.failed.length).toBe(11)

  const [, mended = ''] = /`([^`]+)`/.exec(files.get('mended.ts') ?? '') ?? []
  const statement = "'INSERT OR REPLACE INTO denied VALUES (?, ?)'"
  expect(adapter).toContain(statement)
  expect(await runKit(adapter.replace(statement, `\`${mended}\``))).toEqual({ passed: 11, failed: [] })
})
