import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../../scripts/packages.ts'
import { makeFolder } from './temporary-folder.ts'

const secret = 'b7e3c91a5d2f48608c1e9f7a3b5d2046'

/** Puts an `npx` on the PATH that runs the command line of this repository as if it were installed. */
function installNpx(folder: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const flags = '--conditions=@kith/source --experimental-strip-types --no-warnings'
  const script = join(root, 'packages/cli/src/kith.ts')
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' ${flags} '${script}' "$@"\n`)
  chmodSync(join(bin, 'npx'), 0o755)
  return bin
}

test('creates a backup that can be restored, and removes those older than two weeks', async () => {
  const folder = makeFolder()
  const kith = createKith({
    secret,
    storage: createSqliteStorage({ path: join(folder, 'app.db') }),
    passwords: cheapPasswords,
  })
  onTestFinished(() => kith.close())
  await kith.storage.migrate()
  await kith.accounts.register({ username: 'ada', password: 'correct horse' })

  const backups = join(folder, 'backups')
  for (const [name, days] of [
    ['2020-01-01', 20],
    ['2020-01-02', 10],
    ['of somebody else', 20],
  ] as const) {
    mkdirSync(join(backups, name), { recursive: true })
    const then = new Date(Date.now() - days * 86_400_000)
    utimesSync(join(backups, name), then, then)
  }
  const env = {
    PATH: `${installNpx(folder)}:${process.env['PATH'] ?? ''}`,
    KITH_SECRET: secret,
    KITH_SQLITE: 'app.db',
    BACKUPS: backups,
  }
  const run = (more: object = {}): Promise<unknown> =>
    promisify(execFile)('sh', [join(root, 'examples/recipes/src/backup.sh')], {
      cwd: folder,
      env: { ...env, ...more },
    })

  // A backup that fails keeps the old ones.
  await expect(run({ KITH_SQLITE: 'no such.db' })).rejects.toThrow()
  expect(readdirSync(backups)).toContain('2020-01-01')
  await run()
  const today = new Date().toISOString().slice(0, 10)
  expect(readdirSync(backups).toSorted()).toEqual(['2020-01-02', today, 'of somebody else'])

  await promisify(execFile)('npx', ['kith', 'restore', join(backups, today), '--database', 'restored.db'], {
    cwd: folder,
    env,
  })
  const restored = createKith({ secret, storage: createSqliteStorage({ path: join(folder, 'restored.db') }) })
  onTestFinished(() => restored.close())
  expect(await restored.accounts.find('ada')).toMatchObject({ username: 'ada' })
})
