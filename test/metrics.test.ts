import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createKith } from '@kith/core'
import { metrics } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'
import { createRedisRevocations } from '@kith/redis'
import { Redis } from 'ioredis'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { type ReadableSpan, startMeasuring } from '../packages/core/test/measured.ts'
import { makeLocalMedia } from './local-media.ts'
import { root } from '../scripts/packages.ts'
import { startApp } from './running-app.ts'
import { freePort } from './servers/port.ts'

interface Alerts {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[]
}

const plain = (name: string): string => name.replaceAll('.', '_')

function alertRules(): Alerts['groups'][0]['rules'] {
  const file = readFileSync(join(root, 'examples/express-observed/alerts.yml'), 'utf8')
  return (parse(file) as Alerts).groups.flatMap(({ rules }) => rules)
}

test('the example shows strangers only the status, and operators everything', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-observed-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const operatorsPort = await freePort()
  const app = await startApp('examples/express-observed/src/server.ts', {
    KITH_SECRET: 'a secret of at least thirty-two characters',
    DATABASE: join(folder, 'app.db'),
    OPERATORS_PORT: String(operatorsPort),
  })
  expect(
    (await app.call('POST', '/api/v1/users/register', { username: 'ada', password: 'correct horse' })).status,
  ).toBe(201)
  for (const path of ['/health', '/ready']) {
    const response = await app.call('GET', path)
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await response.json()).toEqual({ status: 'ok' })
  }
  expect((await app.call('GET', '/metrics')).status).toBe(404)
  const operators = `http://127.0.0.1:${operatorsPort}`
  const ready: unknown = await (await fetch(`${operators}/ready`)).json()
  expect(ready).toMatchObject({ status: 'ok', parts: [{ name: 'storage', ok: true, detail: null }] })
  const scraped = await (await fetch(`${operators}/metrics`)).text()
  expect(scraped).toMatch(
    /^kith_request_duration_count\{http_request_method="POST",http_route="\/api\/v1\/users\/register",http_response_status_code="201".*\} 1$/m,
  )
  expect(scraped).not.toContain('ada"')
  await app.stop()
})

test('every metric of the table is scraped from a Kith with all parts', async () => {
  const measured = await startMeasuring()
  const media = await makeLocalMedia()
  onTestFinished(() => media.close())
  const usage = { model: 'm', inputTokens: 7, outputTokens: 3, cachedInputTokens: null }
  const kith = createKith({
    secret: 'a secret of at least thirty-two characters',
    storage: createMemoryStorage(),
    telemetry: measured.telemetry,
    outbox: { events: ['account.registered'] },
    messages: { email: { send: async () => {} } },
    media: media.options,
    captions: {
      name: 'counted',
      suggest: async () => ({ suggestions: ['A picture.'], writer: 'counted', usage }),
    },
    limits: { loginByAddress: [{ limit: 1, window: '1m' }] },
    // Never connected: its gauges exist from the start.
    revocations: createRedisRevocations({
      client: new Redis({ lazyConnect: true }),
      whenUnreachable: 'open',
    }),
  })
  const http = createKithHttp(kith)
  const send = async (path: string, body: object): Promise<number> => {
    const headers = { 'content-type': 'application/json', authorization: 'Bearer none' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return (await http.handle(new Request(`http://localhost/api/v1${path}`, init), { address: '192.0.2.1' }))
      .status
  }
  expect(await send('/users/login', { login: 'ada', password: 'a wrong one' })).toBe(401)
  expect(await send('/users/login', { login: 'ada', password: 'a wrong one' })).toBe(429)
  expect(await send('/no-such-canary', {})).toBe(404)
  const { user, session, tokens } = await kith.accounts.register({
    username: 'ada',
    email: 'ada@example.com',
    password: 'correct horse',
  })
  await kith.sessions.refresh(tokens.refreshToken)
  const viewer = { userId: user.id, sessionId: session.id }
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const { id } = await kith.uploads.add(viewer, Readable.from([picture]))
  await kith.captions.suggest(viewer, id)
  await kith.recovery.begin({ login: 'ada' })
  await kith.settled()
  await kith.upkeep.run()
  await kith.outbox.deliver(() => {})

  const samples = await measured.scrape()
  const scraped = new Set(samples.map(({ name }) => name.replace(/_(total|count|sum|bucket)$/, '')))
  expect(Object.keys(metrics).filter((name) => !scraped.has(plain(name)))).toEqual([])
  const valueOf = (name: string, labels: Record<string, string>): number | undefined =>
    samples.find((each) => each.name === name && isSubset(labels, each.labels))?.value
  expect(valueOf('kith_job_duration_count', { kith_queue: 'images', kith_verb: 'normalize' })).toBe(1)
  expect(valueOf('kith_call_duration_count', { kith_port: 'blobs', kith_verb: 'put' })).toBe(1)
  expect(valueOf('kith_media_processes', { kith_queue: 'images' })).toBe(1)
  expect(valueOf('kith_captions_tokens_total', { kith_direction: 'input' })).toBe(7)
  expect(valueOf('kith_outbox_events_total', { kith_outcome: 'delivered' })).toBe(1)
  expect(valueOf('kith_outbox_waiting', {})).toBe(0)
  expect(valueOf('kith_messages_total', { kith_message: 'password-reset', kith_outcome: 'sent' })).toBe(1)
  expect(valueOf('kith_limits_refused_total', { kith_limit: 'loginByAddress' })).toBe(1)
  expect(valueOf('kith_request_duration_count', { error_type: 'rate-limited' })).toBe(1)
  expect(valueOf('kith_request_duration_count', { http_route: 'none', error_type: 'route-not-found' })).toBe(
    1,
  )
  expect(JSON.stringify(samples)).not.toMatch(/canary|192\.0\.2/)

  // The spans of a request: its route, the service below it, and the calls below that.
  const spans = measured.spans()
  const childOf = (name: string, parent: ReadableSpan | undefined): ReadableSpan | undefined =>
    spans.find(
      (span) => span.name === name && span.parentSpanContext?.spanId === parent?.spanContext().spanId,
    )
  const request = spans.find(({ name }) => name === 'POST /api/v1/users/login')
  const service = childOf('kith.sessions.login', request)
  expect(childOf('storage.users.byLogin', service)).toBeDefined()
  expect(childOf('passwords.verify', service)).toBeDefined()
  const upload = spans.find(({ name }) => name === 'kith.uploads.add')
  expect(childOf('images.normalize', upload)).toBeDefined()
  expect(childOf('blobs.put', upload)).toBeDefined()
})

test('alerts use existing metrics, labels and parts, and say what to do', () => {
  const names = new Set(
    Object.entries(metrics).flatMap(([name, { kind }]) => {
      if (kind === 'duration') return ['_count', '_sum', '_bucket'].map((end) => plain(name) + end)
      return [kind === 'gauge' ? plain(name) : `${plain(name)}_total`]
    }),
  )
  const labels = new Set(Object.values(metrics).flatMap(({ attributes }) => attributes.map(plain)))
  for (const { alert, expr, annotations } of alertRules()) {
    const used = expr.match(/\bkith_\w+/g) ?? []
    const unknown = used.filter((name) => !names.has(name) && !labels.has(name))
    expect(unknown, alert).toEqual([])
    expect(
      used.some((name) => names.has(name)),
      alert,
    ).toBe(true)
    for (const [, label = ''] of expr.matchAll(/[{,]\s*(\w+)=~?"/g)) expect(labels, alert).toContain(label)
    expect(annotations.summary.length, alert).toBeGreaterThan(30)
  }
})

function isSubset(labels: Readonly<Record<string, string>>, of: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => of[name] === value)
}
