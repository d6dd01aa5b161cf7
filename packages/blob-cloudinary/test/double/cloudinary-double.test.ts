import { createHash } from 'node:crypto'
import { drawDefaultAvatar } from '@kith/core/adapter'
import { describe, expect, test } from 'vitest'
import { describeWithDouble } from '../cloudinary-media.ts'
import { film } from '../../../../test/blob-samples.ts'
import { parseTransformation } from './transformations.ts'

const MiB = 1024 * 1024
const png = drawDefaultAvatar('anna')

describeWithDouble('the double of Cloudinary', { imageBytes: 5000, videoBytes: 12 * MiB }, (double) => {
  const now = (): number => Math.floor(Date.now() / 1000)
  let made = 0
  const nextId = (): string => `id-${++made}`

  /** Written by hand from the documentation, without the SDK. */
  function sign(params: Record<string, string>, algorithm = 'sha1'): Record<string, string> {
    const { apiKey, apiSecret } = double().account
    const text = Object.keys(params)
      .sort()
      .map((name) => `${name}=${params[name]}`)
      .join('&')
    const signature = createHash(algorithm)
      .update(text + apiSecret)
      .digest('hex')
    return { ...params, api_key: apiKey, signature }
  }

  function post(
    path: string,
    params: Record<string, string>,
    {
      bytes,
      name = 'a.png',
      headers = {},
    }: { bytes?: Uint8Array; name?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const body = new FormData()
    for (const [field, value] of Object.entries(params)) body.append(field, value)
    if (bytes) body.append('file', new File([Uint8Array.from(bytes)], name))
    return fetch(`${double().apiUrl}/v1_1/${double().account.cloudName}/${path}`, {
      method: 'POST',
      body,
      headers,
    })
  }

  function admin(
    method: string,
    path: string,
    { auth = '', body = null }: { auth?: string; body?: string | null } = {},
  ): Promise<Response> {
    const { apiKey, apiSecret, cloudName } = double().account
    const authorization = `Basic ${Buffer.from(auth || `${apiKey}:${apiSecret}`).toString('base64')}`
    return fetch(`${double().apiUrl}/v1_1/${cloudName}/resources/${path}`, {
      method,
      headers: { authorization },
      body,
    })
  }

  /** The status, and the message, which is in the body and in a header. */
  async function refused(answer: Promise<Response>): Promise<[status: number, message: string]> {
    const response = await answer
    const { error } = (await response.json()) as { error: { message: string } }
    expect(response.headers.get('x-cld-error')).toBe(error.message)
    return [response.status, error.message]
  }

  const params = (more: Record<string, string> = {}): Record<string, string> => ({
    public_id: nextId(),
    timestamp: String(now()),
    ...more,
  })

  test.each(['sha1', 'sha256'])(
    'accepts a signature with %s, and describes what it stored',
    async (algorithm) => {
      const sent = params({ type: 'private', tags: 'a&b' })
      const text = `public_id=${sent['public_id']}&tags=a%26b&timestamp=${sent['timestamp']}&type=private`
      const { apiKey, apiSecret } = double().account
      const signature = createHash(algorithm)
        .update(text + apiSecret)
        .digest('hex')
      const response = await post('image/upload', { ...sent, api_key: apiKey, signature }, { bytes: png })
      expect(await response.json()).toMatchObject({
        public_id: sent['public_id'],
        type: 'private',
        resource_type: 'image',
        format: 'png',
        bytes: png.length,
        width: 320,
        height: 320,
        version: expect.any(Number) as number,
      })
    },
  )

  describe('refuses an upload', () => {
    test('with a wrong signature', async () => {
      const sent: Record<string, string> = { ...sign(params()), signature: 'f'.repeat(40) }
      const [status, message] = await refused(post('image/upload', sent, { bytes: png }))
      expect(status).toBe(401)
      expect(message).toBe(
        `Invalid Signature ${sent['signature']}. String to sign - 'public_id=${sent['public_id']}&timestamp=${sent['timestamp']}'.`,
      )
    })

    test('with a parameter that was not signed, or was signed and omitted', async () => {
      const extra = await refused(post('image/upload', { ...sign(params()), folder: 'x' }, { bytes: png }))
      expect(extra).toEqual([401, expect.stringContaining(`String to sign - 'folder=x&`)])
      const { type: _, ...less } = sign(params({ type: 'private' }))
      expect((await refused(post('image/upload', less, { bytes: png })))[0]).toBe(401)
    })

    test('that is more than an hour old, and accepts one that is slightly younger', async () => {
      const stale = post('image/upload', sign(params({ timestamp: String(now() - 3_602) })), { bytes: png })
      expect(await refused(stale)).toEqual([
        400,
        expect.stringMatching(/^Stale request - reported time is .* which is more than 1 hour ago$/),
      ])
      expect(
        (await post('image/upload', sign(params({ timestamp: String(now() - 3_590) })), { bytes: png })).ok,
      ).toBe(true)
    })

    test.each([
      ['file', [400, 'Missing required parameter - file']],
      ['api_key', [400, 'Missing required parameter - api_key']],
      ['timestamp', [400, 'Missing required parameter - timestamp']],
      ['signature', [400, 'Upload preset must be specified when using unsigned upload']],
    ] as const)('without %s', async (field, expected) => {
      const { [field]: _, ...sent } = sign(params())
      expect(await refused(post('image/upload', sent, field === 'file' ? {} : { bytes: png }))).toEqual(
        expected,
      )
    })

    test('with a key or for a cloud that it does not know', async () => {
      const unknown = { ...sign(params()), api_key: '1' }
      expect(await refused(post('image/upload', unknown, { bytes: png }))).toEqual([401, 'unknown api_key 1'])
      const path = `${double().apiUrl}/v1_1/other/image/upload`
      expect(await refused(fetch(path, { method: 'POST' }))).toEqual([401, 'cloud_name mismatch'])
    })

    test('that is too large for the plan', async () => {
      const large = Buffer.concat([png, Buffer.alloc(5000)])
      const [status, message] = await refused(post('image/upload', sign(params()), { bytes: large }))
      expect([status, message]).toEqual([
        400,
        expect.stringContaining(`File size too large. Got ${large.length}. Maximum is 5000.`),
      ])
    })

    test('that does not match its URL or the allowed formats', async () => {
      expect(await refused(post('image/upload', sign(params()), { bytes: film(100) }))).toEqual([
        400,
        'Invalid image file',
      ])
      expect((await refused(post('video/upload', sign(params()), { bytes: png })))[0]).toBe(400)
      const held = (format: string): Record<string, string> => sign(params({ allowed_formats: format }))
      expect(await refused(post('image/upload', held('jpg,webp'), { bytes: png }))).toEqual([
        400,
        'Image file format png not allowed',
      ])
      expect((await post('image/upload', held('jpg,png'), { bytes: png })).ok).toBe(true)
      const raw = { bytes: Buffer.from('text'), name: 'a.txt' }
      expect(await refused(post('raw/upload', held('png'), raw))).toEqual([
        400,
        'Raw file format txt not allowed',
      ])
    })
  })

  test('replaces an asset with the same name, unless told not to', async () => {
    const publicId = nextId()
    const upload = async (overwrite: string, bytes: Uint8Array): Promise<unknown> =>
      (await post('image/upload', sign(params({ public_id: publicId, overwrite })), { bytes })).json()
    await upload('true', png)
    const other = drawDefaultAvatar('ben')
    expect(await upload('false', other)).toMatchObject({ existing: true, bytes: png.length })
    expect(double().assets.get('image', 'upload', publicId)?.bytes.equals(png)).toBe(true)
    await upload('true', other)
    expect(double().assets.get('image', 'upload', publicId)?.bytes.equals(other)).toBe(true)
  })

  test('accepts parts of 5 MiB and more, in order, and nothing exists before the last part', async () => {
    const bytes = film(11 * MiB)
    const publicId = nextId()
    const part = (from: number, to: number, total: number): Promise<Response> =>
      post('video/upload', sign(params({ public_id: publicId })), {
        bytes: bytes.subarray(from, to),
        headers: { 'content-range': `bytes ${from}-${to - 1}/${total}`, 'x-unique-upload-id': publicId },
      })
    expect(await refused(part(0, MiB, -1))).toEqual([
      400,
      'All parts except EOF-chunk must be larger than 5mb',
    ])
    expect(await (await part(0, 5 * MiB, -1)).json()).toMatchObject({ done: false, bytes: 5 * MiB })
    expect(await (await part(0, 5 * MiB, -1)).json()).toMatchObject({ done: false, bytes: 5 * MiB })
    expect((await refused(part(6 * MiB, 11 * MiB, 11 * MiB)))[0]).toBe(400)
    await part(5 * MiB, 10 * MiB, -1)
    expect(double().assets.get('video', 'upload', publicId)).toBeNull()
    expect(await (await part(10 * MiB, 11 * MiB, 11 * MiB)).json()).toMatchObject({
      bytes: 11 * MiB,
      format: 'mp4',
    })
    expect(double().assets.get('video', 'upload', publicId)?.bytes.equals(bytes)).toBe(true)
  })

  test('destroys, and reports whether the asset existed', async () => {
    const sent = params()
    await post('image/upload', sign(sent), { bytes: png })
    for (const result of ['ok', 'not found'])
      expect(await (await post('image/destroy', sign(sent))).json()).toEqual({ result })
    const stale = sign({ ...sent, timestamp: '1' })
    expect((await refused(post('image/destroy', stale)))[0]).toBe(400)
  })

  test('describes an asset only to callers with the key', async () => {
    const sent = params()
    await post('image/upload', sign(sent), { bytes: png })
    expect(await (await admin('GET', `image/upload/${sent['public_id']}`)).json()).toMatchObject({
      width: 320,
    })
    expect(await refused(admin('GET', 'image/upload/none'))).toEqual([404, 'Resource not found - none'])
    expect(await refused(admin('GET', `image/upload/${sent['public_id']}`, { auth: 'a:b' }))).toEqual([
      401,
      'api_secret mismatch',
    ])
    expect((await refused(admin('GET', 'image/upload?max_results=501')))[0]).toBe(400)
    const many = Array.from({ length: 101 }, (_, index) => `public_ids[]=${index}`).join('&')
    expect((await refused(admin('GET', `image/upload?${many}`)))[0]).toBe(400)
    const named = await admin('GET', `image/upload?public_ids[]=none&public_ids[]=${sent['public_id']}`)
    expect(await named.json()).toMatchObject({ resources: [{ public_id: sent['public_id'] }] })
    expect((await refused(admin('DELETE', 'image/upload', { body: many })))[0]).toBe(400)
    const deleted = await admin('DELETE', 'image/upload', {
      body: `public_ids[]=none&public_ids[]=${sent['public_id']}`,
    })
    expect(await deleted.json()).toMatchObject({
      deleted: { none: 'not_found', [sent['public_id'] ?? '']: 'deleted' },
    })
  })

  describe('delivers', () => {
    test('authenticated assets only with the right signature', async () => {
      const sent = params({ type: 'authenticated' })
      await post('image/upload', sign(sent), { bytes: png })
      const source = String(sent['public_id'])
      const signature = createHash('sha1')
        .update(source + double().account.apiSecret)
        .digest('base64url')
        .slice(0, 8)
      const at = async (part: string): Promise<number> =>
        (await fetch(`${double().deliveryUrl}/image/authenticated/${part}v1/${source}`)).status
      expect([await at(`s--${signature}--/`), await at(`s--${'x'.repeat(8)}--/`), await at('')]).toEqual([
        200, 401, 401,
      ])
    })

    test('from the cache of the CDN, until it is invalidated', async () => {
      const sent = params()
      const url = `${double().deliveryUrl}/image/upload/v1/${sent['public_id']}`
      await post('image/upload', sign(sent), { bytes: png })
      expect((await fetch(url)).status).toBe(200)
      await post('image/destroy', sign(sent))
      expect((await fetch(url)).status).toBe(200)
      await post('image/upload', sign(sent), { bytes: png })
      await post('image/destroy', sign({ ...sent, invalidate: 'true' }))
      expect((await fetch(url)).status).toBe(404)
    })
  })

  test.each([
    ['c_limit,h_100,w_100', [{ c: 'limit', h: '100', w: '100' }]],
    [
      'ar_1:1,c_crop/c_limit,w_5',
      [
        { ar: '1:1', c: 'crop' },
        { c: 'limit', w: '5' },
      ],
    ],
  ])('reads the transformation %s', (text, components) => {
    expect(parseTransformation(text)).toEqual(components)
  })

  test.each([
    '',
    'w_100',
    'c_limit,w_abc',
    'c_wide,w_1',
    'x_y_z',
    'c_limit,w_1,w_2',
    'c_limit;w_1',
    'c_limit,w_1//q_auto',
    'q_101',
  ])('rejects the transformation %j', (text) => {
    expect(() => parseTransformation(text)).toThrow(/Invalid/)
  })
})
