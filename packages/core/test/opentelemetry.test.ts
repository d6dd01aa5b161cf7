import { createKith, isKithError, KithError, RetryLaterError } from '@kith/core'
import { silentTelemetry } from '@kith/core/adapter'
import { metrics, type Telemetry } from '@kith/core/ports'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { copyingImages } from './copying-images.ts'
import { createDeviceKey } from './device-key.ts'
import { codeOf, createInstance } from './instance.ts'
import { type Sample, startMeasuring } from './measured.ts'

const measured = await startMeasuring()
const { telemetry } = measured
const anna = { username: 'anna', password: 'correct horse battery' }

function sum(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((total, { value }) => total + value, 0)
}

/** Returns the difference that a piece of work makes to the scraped values. */
async function added(
  work: () => Promise<unknown>,
): Promise<(name: string, labels?: Record<string, string>) => number> {
  const before = await measured.scrape()
  await work()
  const after = await measured.scrape()
  return (name, labels) => sum(after, name, labels) - sum(before, name, labels)
}

test('sign-ins, refreshes and limits are counted by outcome', async () => {
  const { kith } = createInstance({ telemetry, limits: { loginByAddress: [{ limit: 3, window: '1m' }] } })
  const client = { address: '192.0.2.1' }
  const more = await added(async () => {
    const { tokens } = await kith.accounts.register(anna)
    await kith.sessions.login({ login: 'anna', password: anna.password }, client)
    await codeOf(kith.sessions.login({ login: 'anna', password: 'a wrong password' }, client))
    await codeOf(kith.sessions.login({ login: 'nobody', password: 'a wrong password' }, client))
    expect(await codeOf(kith.sessions.login({ login: 'anna', password: anna.password }, client))).toBe(
      'rate-limited',
    )
    const { tokens: next } = await kith.sessions.refresh(tokens.refreshToken)
    await kith.sessions.refresh(tokens.refreshToken)
    await kith.sessions.refresh(next.refreshToken)
    expect(await codeOf(kith.sessions.refresh(tokens.refreshToken))).toBe('refresh-token-reused')
  })
  const signIns = (outcome: string): number =>
    more('kith_sign_ins_total', { kith_outcome: outcome, kith_method: 'password', kith_client: 'stranger' })
  expect([signIns('right'), signIns('wrong'), signIns('locked')]).toEqual([1, 2, 0])
  const refreshes = ['rotated', 'grace', 'reuse'].map((outcome) =>
    more('kith_refreshes_total', { kith_outcome: outcome }),
  )
  expect(refreshes).toEqual([2, 1, 1])
  expect(more('kith_limits_refused_total', { kith_limit: 'loginByAddress' })).toBe(1)
  expect(more('kith_events_total', { kith_event: 'session.reuse-detected' })).toBe(1)
  expect(more('kith_job_duration_count', { kith_queue: 'passwords', kith_verb: 'verify' })).toBe(3)
  expect(more('kith_call_duration_count', { kith_port: 'storage.users', kith_verb: 'byLogin' })).toBe(3)
})

test('a sign-in is counted with who guessed, and a confirmation apart from it', async () => {
  const { kith } = createInstance({
    telemetry,
    limits: { passwordByDevice: [{ limit: 1, window: '1m' }], passwordByClient: [] },
  })
  const more = await added(async () => {
    const { tokens, user, session } = await kith.accounts.register(anna)
    const client = { device: tokens.deviceToken }
    await codeOf(kith.sessions.login({ login: 'anna', password: 'a wrong password' }, client))
    await codeOf(kith.sessions.login({ login: 'anna', password: 'a wrong password' }, client))
    await kith.sessions.prove({ userId: user.id, sessionId: session.id }, { password: anna.password })
  })
  const count = (outcome: string, method: string, by: string): number =>
    more('kith_sign_ins_total', { kith_outcome: outcome, kith_method: method, kith_client: by })
  expect(count('wrong', 'password', 'device')).toBe(1)
  expect(count('locked', 'password', 'device')).toBe(1)
  expect(count('right', 'confirmation', 'session')).toBe(1)
})

test('refreshes of a bound session without its key, and of a storage that was set back, are counted separately', async () => {
  const made = createInstance({ telemetry, sessions: { deviceBound: true } })
  const { tokens, user, session } = await made.kith.accounts.register(anna)
  const viewer = { userId: user.id, sessionId: session.id }
  const unproved = await added(async () => {
    const key = createDeviceKey()
    await made.kith.boundSessions.bind(
      viewer,
      key.registration(await made.kith.boundSessions.offerTo(viewer)),
    )
    expect(await codeOf(made.kith.sessions.refresh(tokens.refreshToken))).toBe('device-proof-required')
  })
  expect(unproved('kith_refreshes_total', { kith_outcome: 'unproved' })).toBe(1)

  const storage = createMemoryStorage()
  let isSetBack = false
  const sessions: typeof storage.sessions = {
    ...storage.sessions,
    async rotate(rotation) {
      if (!isSetBack) return await storage.sessions.rotate(rotation)
      const row = await storage.sessions.byId(rotation.id)
      return { rotated: false, session: row && { ...row, generation: 0 } }
    },
  }
  const { kith } = createInstance({ telemetry, storage: { ...storage, sessions } })
  const setBack = await added(async () => {
    const ana = await kith.accounts.register(anna)
    const { tokens: next } = await kith.sessions.refresh(ana.tokens.refreshToken)
    isSetBack = true
    expect(await codeOf(kith.sessions.refresh(next.refreshToken))).toBe('session-revoked')
  })
  expect(setBack('kith_refreshes_total', { kith_outcome: 'set-back' })).toBe(1)
})

test('a failed call is counted by the code of its error', async () => {
  const storage = createMemoryStorage()
  const users = {
    ...storage.users,
    byLogin: () =>
      Promise.reject(new RetryLaterError('storage-unavailable', 1, new Error('secret-host:5432'))),
  }
  const { kith } = createInstance({ telemetry, storage: { ...storage, users } })
  const more = await added(() => codeOf(kith.sessions.login({ login: 'anna', password: anna.password })))
  expect(more('kith_call_duration_count', { kith_verb: 'byLogin', error_type: 'storage-unavailable' })).toBe(
    1,
  )
})

test('upkeep reports the duration of each step, which ones failed, and the last complete success', async () => {
  const storage = createMemoryStorage()
  let broken = true
  const media = {
    ...storage.media,
    async sweep(...asked: Parameters<typeof storage.media.sweep>): Promise<string[]> {
      if (broken) throw new TypeError('of the test')
      return await storage.media.sweep(...asked)
    },
  }
  const { kith } = createInstance({ telemetry, storage: { ...storage, media } })
  const failing = await added(() => kith.upkeep.run())
  expect(failing('kith_upkeep_step_duration_count', { kith_step: 'media', error_type: 'TypeError' })).toBe(1)
  expect(failing('kith_upkeep_step_duration_count', { kith_step: 'sessions' })).toBe(1)
  expect(failing('kith_upkeep_last_success')).toBe(0)
  broken = false
  const sound = await added(() => kith.upkeep.run())
  expect(sound('kith_upkeep_last_success')).toBe(Date.parse('2026-01-01T00:00:00Z') / 1000)
})

test('spans nest across awaits: the service, its storage calls and its hashing', async () => {
  const { kith } = createInstance({ telemetry })
  const before = measured.spans().length
  await Promise.all([
    kith.accounts.register(anna),
    kith.accounts.register({ username: 'ben', password: 'another horse battery' }),
  ])
  const spans = measured.spans().slice(before)
  const services = spans.filter(({ name }) => name === 'kith.accounts.register')
  expect(services).toHaveLength(2)
  for (const service of services) {
    const children = spans.filter(
      ({ parentSpanContext }) => parentSpanContext?.spanId === service.spanContext().spanId,
    )
    expect(children.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['passwords.hash', 'storage.users.create', 'storage.sessions.open']),
    )
    expect(children.filter(({ name }) => name === 'passwords.hash')).toHaveLength(1)
  }
})

test('a span reports a failure by its code, and contains nothing of a message', async () => {
  const storage = createMemoryStorage()
  const users = { ...storage.users, byLogin: () => Promise.reject(new Error('password of db: canary-7')) }
  const { kith } = createInstance({ telemetry, storage: { ...storage, users } })
  const before = measured.spans().length
  await codeOf(kith.sessions.login({ login: 'anna', password: 'canary-8' }))
  await codeOf(kith.sessions.refresh('canary-9'))
  const spans = measured.spans().slice(before)
  const told = spans.map(({ name, status, attributes, events }) => ({ name, status, attributes, events }))
  expect(JSON.stringify(told)).not.toMatch(/canary/)
  const find = (name: string) => told.find((span) => span.name === name)
  expect(find('storage.users.byLogin')).toMatchObject({
    status: { code: 2, message: 'Error' },
    attributes: { 'error.type': 'Error' },
  })
  // A client error is not an error of the server.
  expect(find('kith.sessions.refresh')).toMatchObject({
    status: { code: 0 },
    attributes: { 'error.type': 'refresh-token-invalid' },
  })
})

test('every metric of core is in the table with its attributes, and none of them is an id', async () => {
  const { kith } = createInstance({ telemetry, media: { blobs: createMemoryBlobs(), images: copyingImages } })
  const { user } = await kith.accounts.register({ username: 'canary', password: 'correct horse battery' })
  await codeOf(kith.profiles.get(null, 'canary-that-nobody-has'))
  await kith.upkeep.run()
  const samples = (await measured.scrape()).filter(({ name }) => name.startsWith('kith_'))
  const known = Object.entries(metrics).map(([name, { attributes }]) => ({ name: plain(name), attributes }))
  for (const { name, labels } of samples) {
    const found = known.find((metric) => metric.name === name.replace(/_(total|count|sum|bucket)$/, ''))
    expect(found, name).toBeDefined()
    const { otel_scope_name: _scope, le: _le, ...own } = labels
    expect(found?.attributes.map(plain), name).toEqual(expect.arrayContaining(Object.keys(own)))
  }
  expect(JSON.stringify(samples)).not.toMatch(/canary/)
  expect(JSON.stringify(samples)).not.toContain(user.id)
})

test('without telemetry the ports and services are used unwrapped', async () => {
  const { kith, options } = createInstance({ media: { blobs: createMemoryBlobs() } })
  expect(kith.config.telemetry).toBe(silentTelemetry)
  expect(kith.config.media.blobs).toBe(options.media?.blobs)
  expect(kith.storage).toBe(options.storage)
})

test('wrapped ports keep their behavior: classes, frozen objects, fields and capabilities', async () => {
  class Writer {
    readonly name = 'sketch'
    #calls = 0
    async suggest() {
      this.#calls++
      return { suggestions: [`said ${this.#calls} times`], writer: this.name, usage: null }
    }
  }
  const storage = createMemoryStorage()
  const frozen = Object.freeze(
    Object.fromEntries(Object.entries(storage).map(([name, store]) => [name, Object.freeze(store)])),
  )
  const { kith, options } = createInstance({
    telemetry,
    storage: frozen as unknown as typeof storage,
    captions: new Writer(),
    media: { blobs: Object.freeze(createMemoryBlobs()) },
  })
  await kith.accounts.register(anna)
  const { blobs } = kith.config.media
  expect(blobs?.kind).toBe('served')
  const { writer } = kith.config.captions
  expect(writer?.name).toBe('sketch')
  const asked = await writer?.suggest({} as never, AbortSignal.timeout(1_000))
  expect(asked?.suggestions).toEqual(['said 1 times'])
  // Another Kith over the same ports, without telemetry, measures nothing.
  const other = createKith({ ...options, telemetry: undefined })
  const more = await added(() =>
    codeOf(other.sessions.login({ login: 'anna', password: 'a wrong password' })),
  )
  expect(more('kith_call_duration_count')).toBe(0)
})

test('custom telemetry needs no OpenTelemetry', async () => {
  const names: string[] = []
  const own: Telemetry = { ...silentTelemetry, count: (name) => void names.push(name) }
  const { kith } = createInstance({ telemetry: own })
  await kith.accounts.register(anna)
  expect(names).toEqual(['kith.events', 'kith.events'])
  expect(isKithError(await kith.accounts.register(anna).catch((error: unknown) => error))).toBe(true)
})

function plain(name: string): string {
  return name.replaceAll('.', '_')
}
