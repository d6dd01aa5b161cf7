import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createKith } from '@kith/core'
import { expect, onTestFinished, test } from 'vitest'
import { createSqliteStorage } from './index.ts'
import { fastFolder } from '../../../test/fast-folder.ts'

function makeKith(folder: string) {
  const storage = createSqliteStorage({ path: join(folder, 'canary.db') })
  onTestFinished(() => storage.close())
  return createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage,
    logger: { warn() {}, error() {} },
  })
}

test('a file without its schema is not ready, with the solution and without its path; after the migration it is', async () => {
  const folder = mkdtempSync(join(fastFolder, 'kith-ready-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const before = await makeKith(folder).ready()
  expect(before.ok).toBe(false)
  expect(before.parts[0]?.detail).toMatch(/run kith\.storage\.migrate\(\)/)
  expect(JSON.stringify(before)).not.toMatch(/canary|kith-ready/)
  await makeKith(folder).storage.migrate()
  expect((await makeKith(folder).ready()).parts).toMatchObject([{ name: 'storage', ok: true, detail: null }])
})

test('a missing folder is not ready', async () => {
  const { ok, parts } = await makeKith('/no-such-folder-of-the-tests').ready()
  expect(ok).toBe(false)
  expect(JSON.stringify(parts)).not.toContain('no-such-folder')
})
