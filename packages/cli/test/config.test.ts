import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createProject, secret } from './run-kith.ts'

const head = `
  import { createKith } from '@kith/core'
  import { createSqliteStorage } from '@kith/storage-sqlite'
  const make = (path) => createKith({ secret: '${secret}', storage: createSqliteStorage({ path }) })
`

test('without a config or variables it prints what to set, and exits with 2', async () => {
  const project = createProject()
  const noSecret = await project.kith(['info'], { env: { KITH_SECRET: '' } })
  expect([noSecret.code, noSecret.stdout]).toEqual([2, ''])
  expect(noSecret.stderr).toMatch(/KITH_SECRET is not set.\n.*kith.config.ts/)
  const noStorage = await project.kith(['info', '--json'], { env: { KITH_SQLITE: '' } })
  expect(noStorage.code).toBe(2)
  expect(noStorage.json()).toMatchObject({
    error: { message: expect.stringContaining('KITH_SQLITE') as string },
  })
  const both = await project.kith(['info'], { env: { KITH_MONGODB_URI: 'mongodb://h/d' } })
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('both set')])
})

test.each([
  ['kith.config.mjs', 'a Kith', "export default make('app.db')"],
  ['kith.config.js', 'a function', "export default () => make('app.db')"],
  [
    'kith.config.ts',
    'a promise of one, in TypeScript',
    "export default async (): Promise<unknown> => make('app.db' as string)",
  ],
  [
    'kith.config.mts',
    'a Kith with what doctor needs',
    "export default { kith: make('app.db'), http: { allowedOrigins: [] } }",
  ],
])('%s exports %s, and is found from a subfolder', async (name, _what, text) => {
  const project = createProject()
  if (/ts$/.test(name) && !process.features.typescript) return
  project.write('package.json', '{ "type": "module" }')
  const path = project.write(
    name,
    `${head.replace('(path)', name.endsWith('ts') ? '(path: string)' : '(path)')}\n${text}`,
  )
  expect((await project.kith(['migrate'])).code).toBe(0)
  const below = join(project.folder, 'a', 'b')
  mkdirSync(below, { recursive: true })
  const run = await project.kith(['info', '--json', '--config', path])
  expect([run.code, run.json()]).toMatchObject([0, { config: path, ready: true }])
  expect((await project.kith(['info', '--json'], { cwd: below })).json()).toMatchObject({ config: path })
})

test('output of a config does not mix with the lines of a result', async () => {
  const project = createProject()
  project.write('kith.config.mjs', `${head}\nconsole.log('connecting')\nexport default make('app.db')`)
  await project.kith(['migrate'])
  const run = await project.kith(['info', '--json'])
  expect([run.json(), run.stderr]).toMatchObject([{ ready: true }, expect.stringContaining('connecting')])
})

test.each([
  ['nothing', 'const a = 1', 'has no Kith as its default export'],
  ['something else', 'export default { storage: {} }', 'has no Kith as its default export'],
  ['what throws', "throw new Error('no database')", 'failed: no database'],
  ['what does not parse', 'export default (', 'failed: Unexpected'],
  ['a package that is absent', "import 'absent-package'", "Cannot find package 'absent-package'"],
])('a config with %s is rejected in one sentence, without a stack', async (_what, text, message) => {
  const project = createProject()
  project.write('kith.config.mjs', text)
  const run = await project.kith(['info'])
  expect([run.code, run.stdout]).toEqual([1, ''])
  expect(run.stderr).toContain(message)
  expect(run.stderr).not.toMatch(/^\s+at /m)
})

test('a missing config, and TypeScript on a Node that cannot read it, are usage errors', async () => {
  const project = createProject()
  const absent = await project.kith(['info', '--config', 'absent.mjs'])
  expect([absent.code, absent.stderr]).toEqual([2, expect.stringContaining('absent.mjs does not exist')])
})

test('an env file provides what the environment lacks', async () => {
  const project = createProject()
  project.write('.env', `KITH_SECRET=${secret}\nKITH_SQLITE=from-file.db\n`)
  const run = await project.kith(['migrate', '--dotenv', '.env'], {
    env: { KITH_SQLITE: project.database },
  })
  expect(run.code).toBe(0)
  expect((await project.kith(['info', '--json'])).json()).toMatchObject({ ready: true })
  const absent = await project.kith(['info', '--dotenv', 'absent'])
  expect([absent.code, absent.stderr]).toEqual([2, expect.stringContaining('absent could not be read')])
})
