import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createLocalBlobs } from '@kith/blob-local'
import { createKith, type Kith } from '@kith/core'
import { createSharpImages } from '@kith/media-sharp'
import { createSqliteStorage } from '@kith/storage-sqlite'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { fencesOf } from '../scripts/markdown.ts'
import { root } from '../scripts/packages.ts'

const secret = 'b7e3c91a5d2f48608c1e9f7a3b5d2046'

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-drill-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function open(folder: string): Kith {
  const images = createSharpImages()
  const kith = createKith({
    secret,
    storage: createSqliteStorage({ path: join(folder, 'app.db') }),
    media: { blobs: createLocalBlobs({ directory: join(folder, 'media'), images }), images },
  })
  onTestFinished(() => kith.close())
  return kith
}

/** An app with an account, two posts with a picture, and a follower. */
async function fill(kith: Kith): Promise<{ refreshToken: string }> {
  await kith.storage.migrate()
  const ada = await kith.accounts.register({ username: 'ada', password: 'correct horse' })
  const bob = await kith.accounts.register({ username: 'bob', password: 'correct horse' })
  const author = await kith.sessions.authenticate(ada.tokens.accessToken)
  const follower = await kith.sessions.authenticate(bob.tokens.accessToken)
  for (const background of ['teal', 'coral']) {
    const picture = sharp({ create: { width: 60, height: 40, channels: 3, background } }).png()
    const { id } = await kith.uploads.add(author, picture)
    await kith.posts.create(author, { caption: background, media: [id] })
  }
  await kith.follows.add(follower, 'ada')
  return { refreshToken: bob.tokens.refreshToken }
}

/** Puts `kith` on the PATH, as npm does. */
function installKith(folder: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const flags = '--conditions=@kith/source --experimental-strip-types --no-warnings'
  const script = join(root, 'packages/cli/src/kith.ts')
  writeFileSync(join(bin, 'kith'), `#!/bin/sh\nexec '${process.execPath}' ${flags} '${script}' "$@"\n`)
  chmodSync(join(bin, 'kith'), 0o755)
  return bin
}

test('the drill in docs/operations.md, line by line', async () => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
  const drills = fencesOf(page).filter(({ info }) => info === 'sh drill')
  expect(drills).toHaveLength(1)
  const folder = makeFolder()
  const kith = open(folder)
  const { refreshToken } = await fill(kith)

  const { stdout } = await promisify(execFile)('bash', ['--norc', '-euc', drills[0]?.code ?? ''], {
    cwd: folder,
    env: {
      PATH: `${installKith(folder)}:${process.env['PATH'] ?? ''}`,
      KITH_SECRET: secret,
      KITH_SQLITE: 'app.db',
      KITH_MEDIA_DIRECTORY: 'media',
    },
  })
  expect(stdout).not.toBe('')

  // The app was not touched, and the restored one is the same app with everyone signed out.
  await expect(kith.sessions.refresh(refreshToken)).resolves.toBeDefined()
  const restored = open(join(folder, 'drill'))
  const { tokens } = await restored.sessions.login({ login: 'bob', password: 'correct horse' })
  const viewer = await restored.sessions.authenticate(tokens.accessToken)
  const { items } = await restored.feed.home(viewer)
  expect(items.map(({ caption }) => caption)).toEqual(['coral', 'teal'])
  await expect(restored.sessions.refresh(refreshToken)).rejects.toMatchObject({ status: 401 })
})
