import { v2 as sdk } from 'cloudinary'
import { expect, onTestFinished, test } from 'vitest'
import { describeWithDouble, grantedBlobs, openMedia } from '../test/cloudinary-media.ts'
import { parseDelivery } from '../test/double/delivery.ts'
import { parseTransformation } from '../test/double/transformations.ts'
import { bytesAt, film, image, picture, publicOf, video } from '../../../test/blob-samples.ts'
import { createCloudinaryMedia } from './index.ts'

const account = 'cloudinary://123:abcd@demo'
const until = new Date('2026-06-01T12:00:00Z')

const limits = { feed: 1080, full: 2048 } as const

test("a public rendition is, in Cloudinary's grammar, a limited WebP in sRGB, and signed", () => {
  const blobs = publicOf(createCloudinaryMedia({ account, access: 'public' }).blobs)
  for (const [rendition, pixels] of Object.entries(limits)) {
    const url = new URL(blobs.url('a', rendition as 'feed'))
    expect(url.origin).toBe('https://res.cloudinary.com')
    expect(url.search).toBe('')
    const path = parseDelivery(url.pathname)
    expect(path).toMatchObject({
      resourceType: 'image',
      type: 'upload',
      publicId: 'kith/blobs/a',
      format: 'webp',
    })
    expect(path.signature).toHaveLength(32)
    const size = { w: String(pixels), h: String(pixels) }
    expect(parseTransformation(path.transformation)).toEqual([
      { c: 'limit', cs: 'srgb', fl: 'awebp', q: 'auto', ...size },
    ])
  }
})

test('a thumb is the centered square first', () => {
  const blobs = publicOf(createCloudinaryMedia({ account, access: 'public' }).blobs)
  const { transformation } = parseDelivery(new URL(blobs.url('a', 'thumb')).pathname)
  expect(parseTransformation(transformation)).toMatchObject([
    { ar: '1:1', c: 'crop', g: 'center' },
    { c: 'limit', w: '320', h: '320' },
  ])
})

test('public images and videos have their own URLs without a signature', () => {
  const blobs = publicOf(createCloudinaryMedia({ account, access: 'public', folder: '' }).blobs)
  expect(blobs.url('a', null)).toBe('https://res.cloudinary.com/demo/image/upload/v1/blobs/a')
  expect(blobs.url('a', null, 'video')).toBe('https://res.cloudinary.com/demo/video/upload/v1/blobs/a')
})

test('a CDN of the app has its own URL', () => {
  const deliveryUrl = 'https://media.example/'
  const blobs = publicOf(createCloudinaryMedia({ account, access: 'public', deliveryUrl }).blobs)
  expect(blobs.url('a', null)).toBe('https://media.example/image/upload/v1/kith/blobs/a')
})

test('blobs that are not public have no URLs of their own', () => {
  for (const access of ['private', { tokenKey: '00ff' }] as const)
    expect(createCloudinaryMedia({ account, access }).blobs.kind).toBe('granted')
})

test('a granted URL has everything in its signature', async () => {
  const blobs = grantedBlobs(createCloudinaryMedia({ account }))
  const url = new URL((await blobs.grant('a', 'feed', { until, kind: 'image' })) ?? '')
  expect(url.origin + url.pathname).toBe('https://api.cloudinary.com/v1_1/demo/image/download')
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    public_id: 'kith/blobs/a',
    type: 'authenticated',
    expires_at: String(until.getTime() / 1000),
    format: 'webp',
    transformation: 'c_limit,cs_srgb,fl_awebp,h_1080,q_auto,w_1080',
    signature: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  })
})

test.each([
  [{ account: 'https://example.com' }, 'account'],
  [{ account: 'cloudinary://key@demo' }, 'account'],
  [{ account: 'cloudinary://key:%zz@demo' }, 'account'],
  [{ account: '' }, 'account'],
  [{ account: { cloudName: 'a/b', apiKey: 'k', apiSecret: 's' } }, 'account'],
  [{ account, folder: '/up' }, 'folder'],
  [{ account, folder: 'a b' }, 'folder'],
  [{ account, access: { tokenKey: 'xyz' } }, 'tokenKey'],
  [{ account, apiUrl: 'api.example' }, 'apiUrl'],
  [{ account, deliveryUrl: '' }, 'deliveryUrl'],
] as const)('rejects invalid options at construction, without the secret: %j', (options, problem) => {
  expect(() => createCloudinaryMedia(options)).toThrow(TypeError)
  expect(() => createCloudinaryMedia(options)).toThrow(problem)
  expect(() => createCloudinaryMedia(options)).not.toThrow(/abcd|key@demo/)
})

test('escaped parts of an account in its URL are decoded', async () => {
  const blobs = grantedBlobs(createCloudinaryMedia({ account: 'cloudinary://1%2F2:a%3Ab@demo?secure=true' }))
  expect(await blobs.grant('a', 'feed', { until, kind: 'image' })).toContain('api_key=1%2F2')
})

describeWithDouble('in an app that uses the SDK itself', {}, (double) => {
  test('settings of the SDK are neither read nor changed', async () => {
    const before = { ...sdk.config() }
    onTestFinished(() => {
      sdk.config(true)
      sdk.config(before)
    })
    const accesses = ['private', 'public', { tokenKey: double().tokenKey }] as const
    const folder = 'own'
    const addresses = async () => {
      const urls: string[] = []
      for (const access of accesses) {
        const { blobs } = openMedia(double(), { access, folder })
        if (blobs.kind === 'public')
          urls.push(blobs.url('a', null), blobs.url('a', null, 'video'), blobs.url('a', 'thumb'))
        else urls.push((await grantedBlobs({ blobs }).grant('a', 'thumb', { until, kind: 'image' })) ?? '')
      }
      return urls.map((url) => url.replace(/(timestamp|signature)=\w+/g, '$1'))
    }
    const expected = await addresses()
    const settings = {
      cloud_name: 'other',
      api_key: 'other',
      api_secret: 'other',
      oauth_token: 'other',
      upload_prefix: 'http://other.example',
      api_proxy: 'http://other.example',
      signature_algorithm: 'sha1',
      signature_version: 1,
      auth_token: { key: 'ff', acl: '/*', ip: '127.0.0.2', start_time: 1, token_name: 'other' },
      cname: 'other.example',
      secure_distribution: 'other.example',
      private_cdn: true,
      cdn_subdomain: true,
      secure: false,
      sign_url: true,
      long_url_signature: false,
      shorten: true,
      use_root_path: true,
      force_version: false,
      urlAnalytics: true,
      analytics: true,
      transformation: 'e_sepia',
    }
    sdk.config(settings as never)
    const told = structuredClone(sdk.config())

    expect(await addresses()).toEqual(expected)
    for (const access of accesses) {
      const { blobs, direct } = openMedia(double(), { access, folder })
      await blobs.put('a', picture(), image)
      await blobs.put(
        'b',
        (async function* () {
          yield film(1000)
        })(),
        video,
      )
      await direct.sign('c', { contentType: 'image/png', size: 1, until })
      expect(await direct.confirm('c', { ownerId: 'anna', kind: 'image', maxBytes: 1, maxPixels: 1 })).toBe(
        false,
      )
      const soon = new Date(Date.now() + 60_000)
      const granted =
        blobs.kind === 'public'
          ? blobs.url('a', 'thumb')
          : await grantedBlobs({ blobs }).grant('a', 'thumb', { until: soon, kind: 'image' })
      expect(await bytesAt(granted)).not.toBeNull()
      for (const key of ['a', 'b']) await blobs.remove(key)
    }
    expect(sdk.config()).toEqual(told)
  })
})

describeWithDouble('an account with strict transformations', { isStrict: true }, (double) => {
  test('serves public renditions', async () => {
    const blobs = publicOf(openMedia(double(), { access: 'public' }).blobs)
    await blobs.put('a', picture(), image)
    const url = blobs.url('a', 'thumb')
    expect(await bytesAt(url)).not.toBeNull()
    expect(await bytesAt(url.replace(/\/s--.*?--/, ''))).toBeNull()
  })
})
