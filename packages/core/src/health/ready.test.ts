import { createKith, KithError, type MediaOptions } from '@kith/core'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createInstance } from '../../test/instance.ts'
import { RetryLaterError } from '../errors.ts'
import { createLog, type Log } from '../log/log.ts'
import { createReady } from './ready.ts'

interface Line {
  message: string
  error: unknown
}

function readyOf(parts: Record<string, object | null>) {
  const lines: Line[] = []
  const log: Log = {
    ...createLog(console),
    warn: (_name, { message = '', error } = {}) => void lines.push({ message, error }),
  }
  return { ready: createReady({ parts, isDraining: () => false, log }), lines }
}

function withoutTime({ ok, parts }: Awaited<ReturnType<ReturnType<typeof createReady>>>) {
  return { ok, parts: parts.map(({ name, ok, detail }) => ({ name, ok, detail })) }
}

test('a Kith with an in-memory storage is ready', async () => {
  const { kith } = createInstance()
  const { ok, parts } = await kith.ready()
  expect(ok).toBe(true)
  expect(parts).toEqual([
    { name: 'storage', ok: true, detail: null, milliseconds: expect.any(Number) as number },
  ])
})

test('each part is reported with what to do; a secret in a cause is written only to the log', async () => {
  const cause = new Error('connect ECONNREFUSED 10.0.0.7:6379 as kith:hunter2')
  const { ready, lines } = readyOf({
    storage: { check: async () => null },
    blobs: { check: async () => 'The marker is of an older release.' },
    revocations: {
      check: () =>
        Promise.reject(
          new RetryLaterError(
            'storage-unavailable',
            { seconds: 1, detail: 'Redis cannot be reached.' },
            cause,
          ),
        ),
    },
    rateLimits: { check: () => Promise.reject(new RetryLaterError('storage-busy', 1, cause)) },
    mail: { check: () => Promise.reject(cause) },
    unasked: {},
    missing: null,
  })
  const answer = await ready()
  expect(withoutTime(answer)).toEqual({
    ok: false,
    parts: [
      { name: 'storage', ok: true, detail: null },
      { name: 'blobs', ok: true, detail: 'The marker is of an older release.' },
      { name: 'revocations', ok: false, detail: 'Redis cannot be reached.' },
      {
        name: 'rateLimits',
        ok: false,
        detail: expect.stringMatching(/^Another connection holds the database lock: look for/) as string,
      },
      { name: 'mail', ok: false, detail: 'Unknown failure: see the log.' },
    ],
  })
  expect(JSON.stringify(answer)).not.toMatch(/hunter2|10\.0\.0\.7/)
  expect(lines.map(({ error }) => error)).toEqual([cause, cause, cause])
})

test('a check that throws synchronously means not ready as well', async () => {
  const { ready } = readyOf({
    storage: {
      check() {
        throw new Error('not a promise')
      },
    },
  })
  expect((await ready()).ok).toBe(false)
})

test('a check that never resolves counts as not ready after two seconds, and does not delay the others', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const answered: string[] = []
  const { ready } = readyOf({
    storage: { check: () => new Promise(() => {}) },
    blobs: {
      async check() {
        answered.push('blobs')
        return null
      },
    },
  })
  const asked = ready()
  await vi.advanceTimersByTimeAsync(1_999)
  expect(answered).toEqual(['blobs'])
  await vi.advanceTimersByTimeAsync(1)
  expect(withoutTime(await asked)).toEqual({
    ok: false,
    parts: [
      { name: 'storage', ok: false, detail: expect.stringMatching(/within 2 s/) as string },
      { name: 'blobs', ok: true, detail: null },
    ],
  })
})

test('a thousand probes within one second run one check, and a later probe runs another', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let checks = 0
  const { ready } = readyOf({
    storage: {
      async check() {
        checks++
        await new Promise((done) => setTimeout(done, 50))
        return null
      },
    },
  })
  const answers = Promise.all(Array.from({ length: 500 }, () => ready()))
  await vi.advanceTimersByTimeAsync(50)
  await answers
  for (let probe = 0; probe < 500; probe++) await ready()
  await vi.advanceTimersByTimeAsync(999)
  await ready()
  expect(checks).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  const later = ready()
  await vi.advanceTimersByTimeAsync(50)
  await later
  expect(checks).toBe(2)
})

test('the log says once that a part fails, once that the failure has changed, and once that the part works again', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let detail: string | null = 'Start it.'
  const { ready, lines } = readyOf({
    storage: {
      check: async () => {
        if (detail !== null) throw new KithError('storage-failed', { detail })
        return null
      },
    },
  })
  for (const now of ['Start it.', 'Start it.', 'Migrate it.', null, null]) {
    detail = now
    await ready()
    await vi.advanceTimersByTimeAsync(1_001)
  }
  expect(lines.map(({ message }) => message)).toEqual([
    'storage cannot be used: Start it.',
    'storage cannot be used: Migrate it.',
    'storage can be used again.',
  ])
})

test('health runs no checks, and says how busy the process is', async () => {
  const storage = { ...createMemoryStorage(), check: () => Promise.reject(new Error('down')) }
  const images = { load: () => ({ waiting: 3, running: 2, refused: 1 }) }
  const media = { blobs: { put: async () => {}, remove: async () => {}, url: () => '' }, images }
  const { kith } = createInstance({ storage, media: media as unknown as MediaOptions })
  expect(kith.health()).toEqual({
    ok: true,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    uptimeSeconds: expect.any(Number) as number,
    longestDelayMilliseconds: null,
    queues: { passwords: { waiting: 0, running: 0, refused: 0 }, images: images.load() },
  })
})

test('health reports a recent block of the event loop, and forgets it afterwards', async () => {
  const { kith } = createInstance()
  kith.health()
  const end = performance.now() + 300
  while (performance.now() < end);
  expect(kith.health().longestDelayMilliseconds).toBeGreaterThanOrEqual(270)
  await vi.waitFor(() => expect(kith.health().longestDelayMilliseconds).toBeLessThan(250))
})

test('ready lists the blobs only if they can be checked', async () => {
  const { options } = createInstance()
  const blobs = createMemoryBlobs()
  const names = async (media: object): Promise<string[]> => {
    const kith = createKith({ ...options, media: { blobs: { ...blobs, ...media } } })
    return (await kith.ready()).parts.map(({ name }) => name)
  }
  expect(await names({})).toEqual(['storage'])
  expect(await names({ check: async () => null })).toEqual(['storage', 'blobs'])
})

test('ready runs the checks that the app adds, under their names', async () => {
  const { options } = createInstance()
  const down = new Error('535 authentication failed for kith:hunter2')
  const kith = createKith({
    ...options,
    checks: { mail: () => Promise.reject(down), search: async () => 'Its index is a day old.' },
  })
  expect(withoutTime(await kith.ready())).toEqual({
    ok: false,
    parts: [
      { name: 'storage', ok: true, detail: null },
      { name: 'mail', ok: false, detail: 'Unknown failure: see the log.' },
      { name: 'search', ok: true, detail: 'Its index is a day old.' },
    ],
  })
})

test.each(['storage', 'blobs', 'revocations', 'rateLimits', 'process'])(
  'a check that the app adds cannot replace %s',
  (name) => {
    const { options } = createInstance()
    const checks = { [name]: async () => null }
    expect(() => createKith({ ...options, checks })).toThrow(/choose other names than those of Kith/)
  },
)

test('a process is not ready from the shutdown signal on, whatever an earlier check found', async () => {
  const { kith } = createInstance()
  expect((await kith.ready()).ok).toBe(true)
  kith.drain()
  const { ok, parts } = await kith.ready()
  expect(ok).toBe(false)
  expect(parts.at(-1)).toMatchObject({ name: 'process', ok: false, detail: 'This process is shutting down.' })
})
