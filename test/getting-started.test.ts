import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fencesOf, fileNameOf } from '../scripts/markdown.ts'
import { root } from '../scripts/packages.ts'
import { packAll } from '../scripts/tarballs.ts'
import { freePort } from './servers/port.ts'

const run = promisify(execFile)
const packages = ['express', 'storage-sqlite', 'blob-local', 'media-sharp']
const folder = mkdtempSync(join(tmpdir(), 'kith-typed-'))
const clone = join(folder, 'clone')
const app = join(folder, 'kith-app')
/** The commands that `npm run pack` prints. */
let install: string
let port: number

beforeAll(async () => {
  copyTracked()
  await copyTarballs()
  const { stdout } = await run('npm', ['run', 'pack', '--', ...packages], { cwd: clone })
  install = /^npm install .*$/m.exec(stdout)?.[0] ?? stdout
  port = await freePort()
  mkdirSync(app)
  const beach = sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
  await beach.toFile(join(app, 'beach.jpg'))
}, 600_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The contents of a fresh clone: nothing that was installed or built. */
function copyTracked(): void {
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const files = execFileSync('git', listed, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 25 })
  for (const file of files.split('\0')) {
    if (file !== '' && existsSync(join(root, file))) cpSync(join(root, file), join(clone, file))
  }
}

/** They are built from the same sources as in the clone, once for all tests. `pack` keeps tarballs that already exist. */
async function copyTarballs(): Promise<void> {
  for (const tarball of (await packAll()).values()) cpSync(tarball, join(clone, relative(root, tarball)))
}

/** Types every block of the page in order; resolves with the terminal output of each command. */
async function typePage(): Promise<Map<string, string>> {
  const shown = new Map<string, string>()
  let typed = ''
  let server: ChildProcess | null = null
  for (const { info, code: printed } of fencesOf(
    readFileSync(join(root, 'docs/getting-started.md'), 'utf8'),
  )) {
    const code = printed.replaceAll('3000', String(port))
    if (info === 'sh') {
      const ran = await typeCommand(code)
      if (typeof ran === 'string') shown.set(printed, ran)
      // The block after that of the server is for another terminal.
      if (server) expect(await stop(server)).toBe(0)
      server = typeof ran === 'string' ? null : ran
    } else {
      const name = fileNameOf(code)
      if (name !== null) typed = name
      const before = name === null ? readFileSync(join(app, typed), 'utf8') : ''
      writeFileSync(join(app, typed), before + code)
    }
  }
  return shown
}

/** Resolves with the output of a command, or with the process if it is the server. */
async function typeCommand(code: string): Promise<string | ChildProcess> {
  if (/^node .* app\.ts\n$/.test(code)) {
    const server = spawn(process.execPath, code.trim().split(' ').slice(1), { cwd: app, stdio: 'inherit' })
    await expect
      .poll(
        async () =>
          fetch(`http://localhost:${port}/hello`).then(
            () => 'up',
            () => null,
          ),
        { timeout: 120_000, interval: 200 },
      )
      .toBe('up')
    return server
  }
  const withTarballs = code.replace(/^npm install @kith.*$/m, `${install} --prefer-offline`)
  const cwd = code.startsWith('mkdir') ? folder : app
  const { stdout } = await run('sh', ['-ec', withTarballs], { cwd })
  return stdout
}

async function stop(server: ChildProcess): Promise<unknown> {
  server.kill('SIGTERM')
  return ((await once(server, 'exit')) as unknown[])[0]
}

test('docs/getting-started.md can be followed twice in a row, from a clone to a feed with a picture', async () => {
  for (const name of ['core', 'http', ...packages]) expect(install).toContain(`kith-${name}.tgz`)
  for (let time = 1; time <= 2; time++) {
    const shown = [...(await typePage())]
    const outputOf = (part: string): string => shown.find(([code]) => code.includes(part))?.[1] ?? ''
    expect(outputOf('try.ts')).toMatch(/username: 'joan'/)
    expect(outputOf('/hello')).toMatch(/HTTP\/1.1 200 OK[^]*\{"hello":"joan"\}$/)
    expect(outputOf('share.ts')).toMatch(/^A day at the sea.* 1 null\n$/)
  }
  expect(await run('npx', ['tsc'], { cwd: app }).catch((error: unknown) => error)).toMatchObject({
    stdout: '',
  })
})
