import { ImageKit } from '@imagekit/nodejs'
import { drawDefaultAvatar } from '@kith/core/adapter'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { openMedia, startAccount } from '../test/imagekit-media.ts'
import { image, picture, publicOf } from '../../../test/blob-samples.ts'
import { stage, view } from '../test/samples.ts'
import { createAddresses } from './addresses.ts'
import { createImageKitMedia } from './index.ts'

const place = {
  client: new ImageKit({ privateKey: 'private_key' }),
  publicKey: 'public_key',
  urlEndpoint: 'https://ik.imagekit.io/me/',
}

test('public URLs follow the grammar of ImageKit', () => {
  const blobs = publicOf(createImageKitMedia({ ...place, folder: '/apps/kith/', access: 'public' }).blobs)
  const base = 'https://ik.imagekit.io/me/apps/kith/blobs/a-1/original'
  expect(([null, 'thumb', 'feed', 'full'] as const).map((rendition) => blobs.url('a-1', rendition))).toEqual([
    `${base}?tr=orig-true`,
    `${base}?tr=w-320,h-320,c-maintain_ratio,f-webp`,
    `${base}?tr=w-1080,h-1080,c-at_max,f-webp`,
    `${base}?tr=w-2048,h-2048,c-at_max,f-webp`,
  ])
})

test('blobs that are not public have no URLs of their own', () => {
  expect(createImageKitMedia(place).blobs.kind).toBe('granted')
})

test('a signed URL is the one that the helper of the SDK signs', () => {
  vi.useFakeTimers({ now: new Date('2026-01-01T12:00:00.400Z') })
  try {
    const { signed } = createAddresses('private_key', place.urlEndpoint)
    const own = signed('/kith/blobs/a-1/original', 'feed', new Date('2026-01-01T12:05:00.900Z'))
    const theirs = place.client.helper.buildSrc({
      urlEndpoint: place.urlEndpoint,
      src: '/kith/blobs/a-1/original',
      transformation: [{ width: 1080, height: 1080, crop: 'at_max', format: 'webp' }],
      transformationPosition: 'query',
      expiresIn: 300,
    })
    expect(own).toBe(theirs)
  } finally {
    vi.useRealTimers()
  }
})

test('renditions have the requested size, and only thumbs are enlarged', async () => {
  const { blobs } = openMedia(await startAccount())
  async function* wide(): AsyncGenerator<Uint8Array> {
    yield await sharp({ create: { width: 2400, height: 600, channels: 3, background: '#468' } })
      .webp()
      .toBuffer()
  }
  await blobs.put('wide', wide(), image)
  await blobs.put('small', picture(), image)
  const sizes = async (key: string): Promise<number[][]> => {
    const all = (['thumb', 'feed', 'full'] as const).map((rendition) => view(blobs, key, rendition))
    const made = await Promise.all(
      (await Promise.all(all)).map((bytes) => sharp(bytes ?? undefined).metadata()),
    )
    return made.map(({ width, height }) => [width, height])
  }
  expect(await sizes('wide')).toEqual([
    [320, 320],
    [1080, 270],
    [2048, 512],
  ])
  expect(await sizes('small')).toEqual([
    [320, 320],
    [320, 320],
    [320, 320],
  ])
})

test.each([
  ['private', 401],
  ['public', 200],
] as const)(
  'media that is %s gets status %i without a signature; staged files are never served',
  async (access, status) => {
    const account = await startAccount()
    const { blobs, direct, folder } = openMedia(account, { access })
    await blobs.put('a', picture(), image)
    await stage(direct, 'b', { contentType: 'image/png', bytes: drawDefaultAvatar('anna') })
    const answers = account.library.paths().map(async (path) => {
      const response = await fetch(`${account.urlEndpoint}${path}?tr=orig-true`)
      await response.arrayBuffer()
      return [path.slice(folder.length + 2).split('/')[0], response.status]
    })
    expect(await Promise.all(answers)).toEqual([
      ['blobs', status],
      ['staged', 401],
    ])
  },
)
