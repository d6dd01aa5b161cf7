import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { fencesOf, listPages } from '../scripts/markdown.ts'
import { startApp } from './running-app.ts'
import { differences, stepsOf } from './transcript.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'kith-transcript-'))
const pages = listPages().filter(({ text }) => fencesOf(text).some(({ info }) => info === 'console'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const runnable = has('curl') && has('bash')

test.skipIf(!runnable)('some page has transcripts (needs curl and bash)', () => {
  expect(pages.map(({ path }) => path)).toContain('docs/http.md')
})

test.skipIf(!runnable).for(pages)(
  'the transcripts in $path match reality (needs curl and bash)',
  async ({ path, text }) => {
    const env = { KITH_DEMO_DIRECTORY: join(folder, 'data') }
    const app = await startApp('examples/demo/src/main.ts', env, { args: ['--empty'] })
    const blocks = fencesOf(text).filter(({ info }) => info === 'console')
    const steps = blocks.flatMap(({ code, line }) => stepsOf(code).map((step) => ({ ...step, line })))
    // One shell runs them all, so that files and variables are kept.
    const mark = '~~~ end of step ~~~'
    const script = steps.map(({ command }) => `${command}\necho; echo '${mark}'`).join('\n')
    const here = script.replaceAll('http://localhost:3000', app.url)
    const { stdout } = await run('bash', ['-c', here], { cwd: folder })
    const outputs = stdout.replaceAll(app.url, 'http://localhost:3000').split(`\n${mark}\n`)
    for (const [index, { command, shown, line }] of steps.entries()) {
      expect(differences(shown, outputs[index] ?? ''), `${path}, block at line ${line}: ${command}`).toEqual(
        [],
      )
    }
    await app.stop()
  },
)

test.each([
  { name: 'another status', shown: 'HTTP/1.1 200 OK\n', real: 'HTTP/1.1 201 Created\r\n', count: 1 },
  {
    name: 'a missing header',
    shown: 'a: 1\nset-cookie: x=…\n',
    real: 'A: 1\r\nset-cookie: y=2\r\n',
    count: 1,
  },
  {
    name: 'missing, new and changed fields',
    shown: '{ "a": 1, "b": "x" }',
    real: '{"b":"y","c":null}',
    count: 3,
  },
  {
    name: 'changed and missing fields next to further ones',
    shown: '{ "a": { "b": 1, "…": "…" }, "c": 1, "…": "…" }',
    real: '{"a":{"b":2,"d":3},"e":4}',
    count: 2,
  },
  {
    name: 'nothing if … matches it',
    shown: 'x: …; y\n\n{ "id": "…-4", "list": [{ "a": 1, "…": "…" }] }',
    real: 'X: 1; y\r\n\r\n{"id":"12-4","list":[{"a":1,"b":2}]}',
    count: 0,
  },
])('a transcript check finds $name', ({ shown, real, count }) => {
  expect(differences(shown, real)).toHaveLength(count)
})
