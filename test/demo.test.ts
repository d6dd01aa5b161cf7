import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startApp } from './running-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-demo-'))
const script = 'examples/demo/src/main.ts'
const env = { KITH_DEMO_DIRECTORY: join(folder, 'data') }

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('serves its page under a policy that allows no other script', async () => {
  const app = await startApp(script, env)
  const response = await app.call('GET', '/')
  const html = await response.text()
  expect(response.headers.get('content-security-policy')).toMatch(
    /default-src 'none'; script-src 'sha256-[^']+';/,
  )
  expect(html).toContain('<title>Kith demo</title>')
  expect(html).not.toMatch(/\son\w+=|style=|javascript:/)
  expect(await app.stop()).toBe(0)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'stops within a second on %s and finds its data again',
  async (signal) => {
    const first = await startApp(script, env)
    const input = { username: `ada_${signal.toLowerCase()}`, password: 'correct horse' }
    expect((await first.call('POST', '/api/v1/users/register', input)).status).toBe(201)
    const started = performance.now()
    expect(await first.stop(signal)).toBe(0)
    expect(performance.now() - started).toBeLessThan(1000)

    const second = await startApp(script, env)
    second.setCookies(first.cookies())
    const me = await second.call('GET', '/api/v1/users/me')
    expect(me.status).toBe(200)
    expect(await me.json()).toMatchObject({ username: input.username })
    await second.stop()
    expect(statSync(join(env.KITH_DEMO_DIRECTORY, 'secret')).mode & 0o077).toBe(0)
  },
)

test('says in one line that its port is taken', async () => {
  const holder = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const PORT = String((holder.address() as AddressInfo).port)
  await expect(startApp(script, { ...env, PORT })).rejects.toThrow(
    `Port ${PORT} is in use. Stop what runs there, or choose another: PORT=3001 npm run demo\n`,
  )
  holder.close()
})

test('says in one line that its port is none', async () => {
  await expect(startApp(script, { ...env, PORT: '70000' })).rejects.toThrow(
    /^PORT must be a number from 0 to 65535, not "70000"\.\n$/,
  )
})
