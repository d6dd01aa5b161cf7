// Runs publint or attw on the packed tarballs: what npm users get, not what the folder holds.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forEachInParallel, packAll } from './tarballs.ts'

const tools: Readonly<Record<string, readonly string[]>> = {
  publint: ['publint', '--strict'],
  attw: ['attw', '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'],
}

const tool = tools[process.argv[2] ?? '']
if (!tool) throw new TypeError(`Usage: check-tarballs.ts ${Object.keys(tools).join('|')}`)

const folder = mkdtempSync(join(tmpdir(), 'kith-tarballs-'))
try {
  const tarballs = [...(await packAll(folder)).values()]
  await forEachInParallel(tarballs, async (tarball) => {
    const output = await check([...tool, tarball])
    if (output !== null) {
      console.error(output)
      process.exitCode = 1
    }
  })
} finally {
  rmSync(folder, { recursive: true })
}

function check(command: readonly string[]): Promise<string | null> {
  return new Promise((done) => {
    const options = { shell: process.platform === 'win32' }
    execFile('pnpm', ['exec', ...command], options, (error, stdout, stderr) => {
      done(error ? `${command.join(' ')}\n${stdout}${stderr}` : null)
    })
  })
}
