import { CaptionsUnavailableError, createFallbackCaptions, type KithOptions } from '@kith/core'
import type {
  BlobStore,
  CaptionRequest,
  CaptionWriter,
  GrantedBlobStore,
  PublicBlobStore,
} from '@kith/core/ports'
import { createMemoryBlobs } from '@kith/core/memory'
import { describe, expect, test } from 'vitest'
import { codeOf, createInstance } from './instance.ts'

const usage = { model: 'm-1', inputTokens: 900, outputTokens: 40, cachedInputTokens: 0 }
const measures = { width: 4, height: 3, palette: ['#2050c0'], lightness: 0.5, saturation: 0.5, takenAt: null }
const failing: CaptionWriter = { name: 'failing', suggest: () => Promise.reject(new Error('no such host')) }
const refusing: CaptionWriter = {
  name: 'refusing',
  async suggest() {
    throw new CaptionsUnavailableError([{ writer: 'refusing', reason: 'refused', usage, cause: null }])
  },
}

/** Records its requests, and suggests the bytes of the image as a string. */
function createWitness(): { writer: CaptionWriter; asked: (CaptionRequest & { signal: AbortSignal })[] } {
  const asked: (CaptionRequest & { signal: AbortSignal })[] = []
  const writer: CaptionWriter = {
    name: 'witness',
    async suggest(request, signal) {
      asked.push({ ...request, signal })
      const chunks: Uint8Array[] = []
      for await (const chunk of await request.image()) chunks.push(chunk)
      return { suggestions: [Buffer.concat(chunks).toString()], writer: 'witness-2', usage }
    },
  }
  return { writer, asked }
}

/** Ana with one image that is ready, and all events about captions. */
async function gallery(writer: CaptionWriter, overrides: Partial<KithOptions> = {}) {
  const blobs = createMemoryBlobs()
  const instance = createInstance({ media: { blobs }, captions: writer, ...overrides })
  const { kith, options } = instance
  const { user, session } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  const id = '01900000-0000-7000-8000-000000000001'
  const contentType = 'image/webp'
  const row = {
    id,
    ownerId: user.id,
    kind: 'image',
    contentType,
    createdAt: new Date(),
    measures: null,
  } as const
  await options.storage.media.reserve({ ...row, state: 'reserved', attachment: null })
  await options.storage.media.ready(id, { ...measures, durationSeconds: null, thumbhash: null })
  await blobs.put(id, bytesOf('the picture'), { contentType, size: null })
  const told: [string, object][] = []
  for (const name of ['caption.suggested', 'caption.failed'] as const)
    kith.events.on(name, (event) => void told.push([name, event]))
  return { ...instance, viewer: { userId: user.id, sessionId: session.id }, id, told }
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

/** A store that only builds URLs, like that of a CDN. */
const hosted: PublicBlobStore = {
  kind: 'public',
  put: async () => {},
  url: (key, rendition) => `https://cdn.example/${key}/${rendition}`,
  remove: async () => {},
  list: async () => ({ blobs: [], next: null }),
  present: async () => [],
}

describe('a writer', () => {
  test('gets everything that is known, and its usage is in the event', async () => {
    const { writer, asked } = createWitness()
    const { kith, viewer, id, told } = await gallery(writer)
    const hint = 'By the sea'
    expect(await kith.captions.suggest(viewer, id, { hint })).toEqual({ suggestions: ['the picture'] })
    expect(asked).toMatchObject([
      {
        mediaId: id,
        measures,
        hint,
        language: null,
        count: 3,
        timeoutSeconds: 10,
        signal: { aborted: false },
      },
    ])
    const at = new Date('2026-01-01T00:00:00Z')
    const event = { userId: viewer.userId, mediaId: id, writer: 'witness-2', usage, at }
    expect(told).toEqual([['caption.suggested', event]])
  })

  test('that fails gets an event with its usage; the log contains only failures that need attention', async () => {
    const { kith, viewer, id, told, logged } = await gallery(createFallbackCaptions([refusing, failing]))
    expect(await codeOf(kith.captions.suggest(viewer, id))).toBe('captions-unavailable')
    expect(told).toMatchObject([
      ['caption.failed', { writer: 'refusing', reason: 'refused', usage }],
      ['caption.failed', { writer: 'failing', reason: 'failed', usage: null }],
    ])
    expect(told.map(([, event]) => Object.keys(event))).toEqual(
      told.map(() => ['userId', 'mediaId', 'writer', 'reason', 'usage', 'at']),
    )
    expect(logged).toMatchObject([
      ['The caption writer failing failed.', { writer: 'failing', error: { message: 'no such host' } }],
    ])
  })

  test('that is replaced by another one gets an event as well', async () => {
    const { kith, viewer, id, told } = await gallery(
      createFallbackCaptions([refusing, createWitness().writer]),
    )
    await kith.captions.suggest(viewer, id)
    expect(told).toMatchObject([
      ['caption.failed', { writer: 'refusing' }],
      ['caption.suggested', { writer: 'witness-2' }],
    ])
  })

  test('that takes too long is aborted and no longer awaited', async () => {
    const signals: AbortSignal[] = []
    const hanging: CaptionWriter = {
      name: 'hanging',
      suggest: (_request, signal) => new Promise(() => signals.push(signal)),
    }
    const { kith, viewer, id, told } = await gallery(hanging, { captions: { writer: hanging, timeout: 1 } })
    expect(await codeOf(kith.captions.suggest(viewer, id))).toBe('captions-unavailable')
    expect(signals.map((signal) => signal.aborted)).toEqual([true])
    expect(told).toMatchObject([['caption.failed', { writer: 'hanging', reason: 'late' }]])
  })
})

describe('the image is read', () => {
  const granted: GrantedBlobStore = {
    ...hosted,
    kind: 'granted',
    grant: async (key, rendition, { until }) => `${hosted.url(key, rendition)}?until=${until.toISOString()}`,
  }

  test.each([
    ['from its URL', hosted, ''],
    ['from a URL that is signed for that time', granted, '?until=2026-01-01T00:00:10.000Z'],
  ])('%s if a media host stores it', async (_how, blobs, query) => {
    const { writer } = createWitness()
    const fetched: [string, boolean][] = []
    const fetch: typeof globalThis.fetch = async (address, init) => {
      fetched.push([String(address), init?.signal instanceof AbortSignal])
      return new Response('from afar')
    }
    const { kith, viewer, id } = await gallery(writer, { media: { blobs }, fetch })
    expect(await kith.captions.suggest(viewer, id)).toEqual({ suggestions: ['from afar'] })
    expect(fetched).toEqual([[`https://cdn.example/${id}/feed${query}`, true]])
  })

  test.each<[string, BlobStore, typeof globalThis.fetch | undefined]>([
    ['is missing', createMemoryBlobs(), undefined],
    ['cannot be fetched', hosted, async () => new Response('no', { status: 403 })],
    ['cannot be signed', { ...granted, grant: async () => null }, undefined],
  ])('or, if it %s, the log says so', async (_what, blobs, fetch) => {
    const { kith, viewer, id, logged } = await gallery(createWitness().writer, { media: { blobs }, fetch })
    expect(await codeOf(kith.captions.suggest(viewer, id))).toBe('captions-unavailable')
    expect(logged[0]?.[1].error?.message).toMatch(/image/)
  })
})
