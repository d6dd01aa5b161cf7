import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { sendByHttp } from '@kith/conformance'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { installedVersion } from '../../scripts/consumer.ts'
import { fencesOf, fileNameOf } from '../../scripts/markdown.ts'
import { listPackages, root } from '../../scripts/packages.ts'
import { packAll } from '../../scripts/tarballs.ts'
import { findRuntime } from '../servers/find-runtime.ts'
import { missing } from '../servers/find-server.ts'
import { freePort } from '../servers/port.ts'

const run = promisify(execFile)
const text = readFileSync(join(root, 'docs/runtimes.md'), 'utf8')
const page = fencesOf(text)
const installLine = page.find(({ code }) => code.includes('npm install'))?.code ?? ''
const folder = mkdtempSync(join(tmpdir(), 'kith-runtimes-'))
const app = join(folder, 'kith-app')
let port: number

beforeAll(async () => {
  const wanted = listPackages().filter(({ manifest }) => installLine.includes(`${manifest.name} `))
  const tarballs = [...(await packAll(wanted)).values()]
  // Our packages from their tarballs, and the others in the versions of this repository.
  const line = installLine
    .replace(/@kith\/[\w-]+ /g, '')
    .replace(/^npm install (.*)$/m, (_, others: string) => {
      const pinned = others.split(' ').map((name) => `${name}@${installedVersion(name)}`)
      return `npm install --prefer-offline --no-audit --no-fund ${[...pinned, ...tarballs].join(' ')}`
    })
  await run('sh', ['-ec', line], { cwd: folder })
  port = await freePort()
  for (const { info, code } of page) {
    const name = fileNameOf(code)
    if (name !== null) writeFileSync(join(app, name), code.replaceAll('3000', String(port)))
    else if (info === 'sh' && code.includes('.env\n') && code.startsWith('node -p'))
      await run('sh', ['-ec', code], { cwd: app })
  }
}, 600_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Types the command of the page that starts this server. */
async function start(name: string, programs: string | null): Promise<ChildProcess> {
  for (const kept of ['app.db', 'app.db-wal', 'app.db-shm', 'media'])
    rmSync(join(app, kept), { recursive: true, force: true })
  const line = page.find(({ info, code }) => info === 'sh' && code.trim().endsWith(` ${name}`))?.code ?? ''
  const [program = '', ...args] = line.trim().split(' ')
  const path = [...(programs === null ? [] : [programs]), process.env['PATH'] ?? ''].join(delimiter)
  // The page is typed into a shell without the variables of the tests.
  const { NODE_OPTIONS: _, ...env } = process.env
  const server = spawn(program, args, { cwd: app, stdio: 'inherit', env: { ...env, PATH: path } })
  onTestFinished(() => void server.kill('SIGKILL'))
  const look = (): Promise<unknown> => fetch(`http://127.0.0.1:${port}/hello`).catch(() => null)
  await expect.poll(look, { timeout: 120_000, interval: 200 }).toMatchObject({ status: 401 })
  return server
}

async function ask(
  path: string,
  init: RequestInit,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function register(): Promise<string> {
  const { body } = await ask('/api/v1/users/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'joan', password: 'correct horse', transport: 'bearer' }),
  })
  return `Bearer ${(body['tokens'] as { accessToken: string }).accessToken}`
}

/** Sends the first half of an upload; the rest and its response follow later. */
async function halfUpload(authorization: string, picture: Buffer): Promise<() => Promise<number>> {
  const headers = { authorization, 'content-type': 'image/png', 'content-length': picture.length }
  const call = httpRequest({ port, method: 'POST', path: '/api/v1/media', headers })
  const half = picture.length >> 1
  const answered = once(call, 'response') as Promise<[{ statusCode: number; resume(): void }]>
  await new Promise<void>((done) => void call.write(picture.subarray(0, half), () => done()))
  await pause(300)
  return async () => {
    call.end(picture.subarray(half))
    const [answer] = await answered
    answer.resume()
    return answer.statusCode
  }
}

const servers: [string, 'bun' | 'deno' | null][] = [
  ['bun.js', 'bun'],
  ['deno.js', 'deno'],
  ['hono.ts', null],
]

for (const [name, runtime] of servers) {
  const program = runtime === null ? null : await findRuntime(runtime)
  if (program?.kind === 'missing') {
    describe.skip(`${name}: ${missing(`${name} could not be fetched from npm: ${program.reason}`)}`)
    continue
  }
  test(`docs/runtimes.md can be followed: ${name} responds, stores a picture, and stops gracefully`, async () => {
    if (program) expect(text).toMatch(new RegExp(`${runtime} ${program.version}`, 'i'))
    const server = await start(name, program && dirname(program.path))
    const authorization = await register()
    expect(await ask('/hello', { headers: { authorization } })).toEqual({
      status: 200,
      body: { hello: 'joan' },
    })

    const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
    const picture = await sharp({
      create: { width: 300, height: 200, channels: 3, background: 'teal', noise },
    })
      .png()
      .toBuffer()
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'beach.png')
    const uploaded = await ask('/api/v1/media', { method: 'POST', headers: { authorization }, body: form })
    expect(uploaded).toMatchObject({ status: 201, body: { kind: 'image', width: 300, height: 200 } })
    const { url, id } = uploaded.body as { url: string; id: string }
    const range = await fetch(new URL(url, `http://127.0.0.1:${port}`), { headers: { range: 'bytes=0-7' } })
    expect([range.status, (await range.arrayBuffer()).byteLength]).toEqual([206, 8])
    const post = { method: 'POST', body: JSON.stringify({ caption: 'A day at the sea', media: [{ id }] }) }
    const headers = { authorization, 'content-type': 'application/json' }
    expect(await ask('/api/v1/posts', { ...post, headers })).toMatchObject({ status: 201 })

    // An aborted upload leaves nothing behind, and a running one is finished.
    const given = { method: 'POST', path: '/api/v1/media', body: picture.subarray(0, 500), abort: true }
    await sendByHttp(port)({
      ...given,
      headers: [
        ['authorization', authorization],
        ['content-type', 'image/png'],
      ],
    })
    const finish = await halfUpload(authorization, picture)
    const exited = once(server, 'exit') as Promise<[number | null]>
    server.kill('SIGTERM')
    await pause(300)
    expect(server.exitCode).toBe(null)
    expect(await finish()).toBe(201)
    expect((await exited)[0]).toBe(0)
    // The storage was closed properly.
    expect(existsSync(join(app, 'app.db-wal'))).toBe(false)
  })
}

const oldNode = await findRuntime('old-node')
if (oldNode.kind === 'missing')
  describe.skip(`${missing(`an old Node could not be fetched from npm: ${oldNode.reason}`)}`)
else
  test(`Node ${oldNode.version} gets an error with the required version, and not one about a missing feature`, async () => {
    const attempt = `
      import { createKith } from '@kith/core'
      import { createMemoryStorage } from '@kith/core/memory'
      import { createSqliteStorage } from '@kith/storage-sqlite'
      const tries = [
        () => createKith({ secret: 'a secret of thirty-two characters', storage: createMemoryStorage() }),
        () => createSqliteStorage({ path: 'old.db' }).migrate(),
      ]
      for (const attempt of tries) {
        try { await attempt(); console.log('worked') } catch (error) { console.log(error.message) }
      }`
    const { stdout } = await run(oldNode.path, ['--input-type=module', '--eval', attempt], { cwd: app })
    const [core, storage] = stdout.split('\n')
    expect(core).toBe(`Kith needs Node 22.13 or newer; this is Node ${oldNode.version}.`)
    expect(storage).toContain(`needs Node 22.13 or newer; this is v${oldNode.version}.`)
  })
