import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page, Post } from '@kith/core'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { root } from '../scripts/packages.ts'
import { importsOf, readFiles } from './imports.ts'
import { startApp } from './running-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-demo-'))
const script = 'examples/demo/src/main.ts'
const env = { KITH_DEMO_DIRECTORY: join(folder, 'data') }
const bare = { args: ['--empty'] }

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('serves its page with a policy that allows only scripts from its own folder', async () => {
  const app = await startApp(script, env, bare)
  const response = await app.call('GET', '/')
  const html = await response.text()
  const files = `${app.url}/app/ ${app.url.replace('localhost', '127.0.0.1')}/app/`
  expect(response.headers.get('content-security-policy')).toContain(
    `default-src 'none'; script-src ${files}; style-src ${files};`,
  )
  expect(html).toContain('<title>Kith demo</title>')
  expect(html).not.toMatch(/\son\w+=|style=|javascript:|<style|<script(?! type="module" src="\/app\/)/)
  const folder = join(root, 'examples/demo/public/app')
  for (const [name, text] of readFiles(folder, ['.js', '.css'])) {
    const file = await app.call('GET', `/app/${name}`)
    expect(await file.text()).toBe(text)
    expect(file.headers.get('x-content-type-options')).toBe('nosniff')
    for (const specifier of importsOf(text)) expect(specifier).toMatch(/^\.\/[\w-]+\.js$/)
  }
  expect(await app.stop()).toBe(0)
})

test('shares a picture with a suggested caption and shows it after a restart', async () => {
  const first = await startApp(script, env, bare)
  await first.call('POST', '/api/v1/users/register', { username: 'painter', password: 'correct horse' })
  const picture = sharp({ create: { width: 640, height: 480, channels: 3, background: '#336699' } })
  const uploaded = await first.call('POST', '/api/v1/media', new Blob([await picture.jpeg().toBuffer()]))
  expect(uploaded.status).toBe(201)
  const { id } = (await uploaded.json()) as { id: string }
  const suggested = await first.call('POST', `/api/v1/media/${id}/captions`, { hint: 'the sea' })
  const { suggestions } = (await suggested.json()) as { suggestions: string[] }
  const caption = suggestions[0] ?? ''
  expect(caption).toMatch(/^the sea\./i)
  expect((await first.call('POST', '/api/v1/posts', { caption, media: [id] })).status).toBe(201)
  await first.stop()

  const second = await startApp(script, env, bare)
  second.setCookies(first.cookies())
  const feed = (await (await second.call('GET', '/api/v1/feed')).json()) as Page<Post>
  expect(feed.items).toMatchObject([{ caption, media: [{ id, width: 640, height: 480 }] }])
  const shown = await second.call('GET', feed.items[0]?.media[0]?.renditions.thumb ?? '')
  expect(shown.headers.get('content-type')).toBe('image/webp')
  expect(await sharp(await shown.arrayBuffer()).metadata()).toMatchObject({ width: 320, height: 320 })
  await second.stop()
})

test('shows its mailbox only to its own pages, and lets no message run scripts', async () => {
  const app = await startApp(script, env, bare)
  const input = { username: 'reader', email: 'reader@example.com', password: 'correct horse' }
  expect((await app.call('POST', '/api/v1/users/register', input)).status).toBe(201)
  expect((await app.call('POST', '/api/v1/users/password/forgot', { login: 'reader' })).status).toBe(202)
  const readMail = async (): Promise<{ id: string; to: string; text: string }[]> =>
    ((await (await app.call('GET', '/dev/mail.json')).json()) as { items: never[] }).items
  await expect.poll(async () => (await readMail()).length).toBe(1)
  const [{ id = '', to = '', text = '' } = {}] = await readMail()
  expect(to).toBe(input.email)
  expect(text).toContain(`${app.url}/reset#flow=`)
  const letter = await app.call('GET', `/dev/mail/${id}`)
  expect(letter.headers.get('content-security-policy')).toMatch(/^default-src 'none';.* sandbox allow-popups/)
  expect((await app.call('GET', '/dev/mail/another')).status).toBe(404)

  // A name that resolves to this machine, as in DNS rebinding.
  const { port } = new URL(app.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.end(`GET /dev/mail.json HTTP/1.1\r\nHost: evil.example:${port}\r\nConnection: close\r\n\r\n`)
  const [head] = (await once(socket, 'data')) as [Buffer]
  expect(head.toString()).toMatch(/^HTTP\/1\.1 404 /)
  await app.stop()
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'stops on %s despite unfinished requests and idle connections, and finds its data again',
  async (signal) => {
    const first = await startApp(script, env, bare)
    const input = { username: `ada_${signal.toLowerCase()}`, password: 'correct horse' }
    expect((await first.call('POST', '/api/v1/users/register', input)).status).toBe(201)
    const unfinished = connect(Number(new URL(first.url).port), '127.0.0.1').on('error', () => {})
    unfinished.write('GET / HTTP/1.1\r\n')
    await once(unfinished, 'connect')
    const started = performance.now()
    expect(await first.stop(signal)).toBe(0)
    // The demo gives them half a second. Node alone would wait 5 seconds for the idle one and 60 for the other.
    expect(performance.now() - started).toBeLessThan(4000)
    unfinished.destroy()

    const second = await startApp(script, env, bare)
    second.setCookies(first.cookies())
    const me = await second.call('GET', '/api/v1/users/me')
    expect(me.status).toBe(200)
    expect(await me.json()).toMatchObject({ username: input.username })
    await second.stop()
    expect(statSync(join(env.KITH_DEMO_DIRECTORY, 'secret')).mode & 0o077).toBe(0)
  },
)

test('reports in one line that its port is in use', async () => {
  const holder = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const PORT = String((holder.address() as AddressInfo).port)
  await expect(startApp(script, { ...env, PORT }, bare)).rejects.toThrow(
    `Port ${PORT} is in use. Stop what runs there, or choose another: PORT=3001 npm run demo\n`,
  )
  holder.close()
})

test('reports in one line that its port is invalid', async () => {
  await expect(startApp(script, { ...env, PORT: '70000' }, bare)).rejects.toThrow(
    /^PORT must be a number from 0 to 65535, not "70000"\.\n$/,
  )
})
