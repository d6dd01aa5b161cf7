import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createKith } from '@kith/core'
import { drawDefaultAvatar } from '@kith/core/adapter'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { createSharpImages } from '@kith/media-sharp'

/**
 * S14: another user of the system waits in the directory for temporary files. It creates the folder `kith` first, and tries to read
 * all files of uploads there, and to replace them with a link to one of our files. Needs root, for two users.
 */
if (process.getuid?.() !== 0) {
  console.error('Run it as root: it starts a process of the user nobody.')
  process.exit(2)
}
const nobody = 65_534
const shared = mkdtempSync(join(tmpdir(), 'kith-attack-'))
chmodSync(shared, 0o1777)
const outside = mkdtempSync(join(tmpdir(), 'kith-victim-'))
const victim = join(outside, 'app.db')
writeFileSync(victim, 'ours', { mode: 0o600 })

/** Prints a line for each file that it could read, and for each that it could replace. */
const neighbor = `
const fs = require('node:fs')
const [root, victim] = process.argv.slice(1)
const seen = new Set()
function attempt(what, path, act) {
  try { act() } catch { return }
  if (!seen.has(what + path)) console.log(what, path)
  seen.add(what + path)
}
function walk(folder) {
  let names = []
  try { names = fs.readdirSync(folder) } catch { return }
  for (const name of names) {
    const path = folder + '/' + name
    if (path.startsWith(root + '/kith/mine')) continue
    attempt('read', path, () => { if (fs.lstatSync(path).isFile()) fs.readFileSync(path); else throw 0 })
    if (path !== root + '/kith') attempt('replaced', path, () => { fs.renameSync(path, path + '-old'); fs.symlinkSync(victim, path) })
    walk(path)
  }
}
fs.mkdirSync(root + '/kith', { recursive: true })
fs.chmodSync(root + '/kith', 0o777)
console.log('ready')
setInterval(() => walk(root), 0)
`
const child = spawn(process.execPath, ['-e', neighbor, shared, victim], {
  uid: nobody,
  gid: nobody,
  cwd: '/',
})
const said: string[] = []
child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(...text.trim().split('\n')))
child.stderr.pipe(process.stderr)
while (!said.includes('ready')) await wait(10)

// What the neighbor can do if permissions allow it.
const open = join(shared, 'open')
mkdirSync(open)
writeFileSync(join(open, 'file'), 'anything', { mode: 0o666 })
chmodSync(open, 0o777)
while (!['read', 'replaced'].every((what) => said.includes(`${what} ${open}/file`))) await wait(10)
const control = said.length

process.env['TMPDIR'] = shared
const images = createSharpImages({ isolation: 'none' })
const kith = createKith({
  secret: 'a secret of the benchmark, 32 characters',
  storage: createMemoryStorage(),
  passwords: { memoryKiB: 8, iterations: 1 },
  media: { blobs: createMemoryBlobs(), images },
})
const { user, session } = await kith.accounts.register({ username: 'anna', password: 'correct horse' })
const picture = drawDefaultAvatar('anna')

/** Slow, so that the attack has time. */
async function* slowly(): AsyncGenerator<Uint8Array> {
  yield picture.subarray(0, 100)
  await wait(100)
  yield picture.subarray(100)
}
for (let upload = 0; upload < 20; upload++)
  await kith.uploads.add({ userId: user.id, sessionId: session.id }, slowly())

child.kill()
await once(child, 'exit')
const got = said.slice(control).filter((line) => !line.includes(open))
const intact = readFileSync(victim, 'utf8') === 'ours'
console.log(`20 uploads beside another user of the system: ${got.length} files read or replaced`)
console.log(`our file is ${intact ? 'as it was' : 'overwritten'}`)
for (const line of got.slice(0, 5)) console.log(line)
await images.close()
for (const folder of [shared, outside]) rmSync(folder, { recursive: true, force: true })
if (got.length > 0 || !intact) process.exitCode = 1
