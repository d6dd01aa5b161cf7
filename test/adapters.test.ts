import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseCaptions, chooseMedia } from 'kith-example-adapters'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { anthropicKey, startAnthropic } from '../packages/caption-ai/test/anthropic-double.ts'
import { openaiError, openaiKey, startOpenai } from '../packages/caption-ai/test/openai-double.ts'
import { startDouble as startCloudinaryDouble } from '../packages/blob-cloudinary/test/double/cloudinary-double.ts'
import { startImageKitDouble } from '../packages/blob-imagekit/test/double/imagekit-double.ts'
import { type RunningApp, startApp } from './running-app.ts'
import { describeWithS3 } from './servers/describe-servers.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-adapters-'))
let picture: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  const image = sharp({ create: { width: 640, height: 480, channels: 3, background: '#336699' } })
  picture = new Uint8Array(await image.jpeg().toBuffer())
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let begun = 0

/** The demo with this environment, and a signed-in account. */
async function startDemo(env: Readonly<Record<string, string>>): Promise<RunningApp> {
  const directory = join(folder, String(++begun))
  const all = { KITH_DEMO_DIRECTORY: directory, ...env }
  const app = await startApp('examples/demo/src/main.ts', all, { args: ['--empty'] })
  onTestFinished(async () => void (await app.stop()))
  const account = { username: 'painter', password: 'correct horse' }
  expect((await app.call('POST', '/api/v1/users/register', account)).status).toBe(201)
  return app
}

interface Suggested {
  suggestions: string[]
}

async function suggestTo(app: RunningApp): Promise<Suggested> {
  const uploaded = await app.call('POST', '/api/v1/media', new Blob([picture]))
  const { id } = (await uploaded.json()) as { id: string }
  const answer = await app.call('POST', `/api/v1/media/${id}/captions`, { count: 1, hint: 'the sea' })
  return (await answer.json()) as Suggested
}

describe('captions', () => {
  test('come from OpenAI, or a compatible API, if there is a key, and from sketches if that fails', async () => {
    const vendor = await startOpenai(['Nothing but blue.'])
    onTestFinished(() => vendor.close())
    const app = await startDemo({ OPENAI_API_KEY: openaiKey, OPENAI_BASE_URL: `${vendor.url}/v1` })
    expect(await suggestTo(app)).toEqual({ suggestions: ['Nothing but blue.'] })
    vendor.troubles.push(openaiError(400, { code: null, message: 'no' }))
    expect(await suggestTo(app)).toEqual({ suggestions: [expect.stringMatching(/^the sea\./)] })
    expect(vendor.calls).toMatchObject([{ body: { model: 'gpt-5-mini' } }, { body: { model: 'gpt-5-mini' } }])
  })

  test('come from Anthropic if there is a key, from the configured model', async () => {
    const vendor = await startAnthropic(['Blue all over.'])
    onTestFinished(() => vendor.close())
    const keys = { ANTHROPIC_API_KEY: anthropicKey, ANTHROPIC_BASE_URL: `${vendor.url}/v1` }
    const app = await startDemo({ ...keys, OPENAI_API_KEY: openaiKey, CAPTION_MODEL: 'claude-sonnet-5' })
    expect(await suggestTo(app)).toEqual({ suggestions: ['Blue all over.'] })
    expect(vendor.calls).toMatchObject([{ body: { model: 'claude-sonnet-5' } }])
  })

  test('stay local if CAPTION_MODEL is none, whatever keys are set', async () => {
    const env = { OPENAI_API_KEY: openaiKey, ANTHROPIC_API_KEY: anthropicKey, CAPTION_MODEL: 'none' }
    expect(await chooseCaptions(env, null)).toMatchObject({ option: { name: 'sketch' }, sentTo: null })
    expect(await chooseCaptions({}, null)).toMatchObject({ option: { name: 'sketch' }, sentTo: null })
    expect(await chooseCaptions({ OPENAI_API_KEY: openaiKey }, null)).toMatchObject({
      sentTo: 'https://api.openai.com/v1',
    })
    expect(await chooseCaptions({ ANTHROPIC_API_KEY: anthropicKey }, null)).toMatchObject({
      sentTo: 'https://api.anthropic.com/v1',
    })
  })

  test.each([
    [{ CAPTION_MODEL: 'claude-haiku-4-5', OPENAI_API_KEY: 'sk' }, 'ANTHROPIC_API_KEY is not set'],
    [{ CAPTION_MODEL: 'gpt-5-mini', ANTHROPIC_API_KEY: 'sk' }, 'OPENAI_API_KEY is not set'],
  ])('a model without its key is rejected: %j', async (env, message) => {
    await expect(chooseCaptions(env, null)).rejects.toThrow(message)
  })
})

describe('media', () => {
  test('stays on this machine if no host is configured', async () => {
    const { host, options, origins, captions } = await chooseMedia({ S3_BUCKET: '' }, folder)
    expect([host, options.direct, origins, captions]).toEqual([null, undefined, [], null])
  })

  test.each([
    [
      { S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'k' },
      'S3_SECRET_ACCESS_KEY is not set, but S3_ACCESS_KEY_ID is: .env.example says what belongs together.',
    ],
    [
      { S3_BUCKET: 'b', IMAGEKIT_PRIVATE_KEY: 'k' },
      'S3_BUCKET and IMAGEKIT_PRIVATE_KEY are set, but media live in one place: leave one of them.',
    ],
    [
      { IMAGEKIT_PRIVATE_KEY: 'k', IMAGEKIT_PUBLIC_KEY: 'p' },
      'IMAGEKIT_URL_ENDPOINT is not set, but IMAGEKIT_PRIVATE_KEY is: .env.example says what belongs together.',
    ],
    [{ S3_BUCKET: 'b', S3_SEND_BY: 'GET' }, 'S3_SEND_BY must be POST or PUT.'],
  ])('rejects invalid settings: %j', async (env, message) => {
    await expect(chooseMedia(env, folder)).rejects.toThrow(new RangeError(message))
  })

  test('the page of the demo may load from the sites of a host, and no others', async () => {
    const bucket = { S3_BUCKET: 'pictures', S3_REGION: 'eu-central-1', S3_ACCESS_KEY_ID: 'k' }
    const app = await startDemo({
      ...bucket,
      S3_SECRET_ACCESS_KEY: 's',
      S3_PUBLIC_URL: 'https://cdn.example/b',
    })
    const policy = (await app.call('GET', '/')).headers.get('content-security-policy')
    const own = [app.url, app.url.replace('localhost', '127.0.0.1')].join(' ')
    const hosts = `'self' ${own} https://cdn.example https://pictures.s3.eu-central-1.amazonaws.com`
    expect(policy).toContain(`img-src ${hosts} blob: data:; media-src ${hosts} blob:; connect-src ${hosts};`)
    expect(await (await app.call('GET', '/app/server.json')).json()).toMatchObject({
      host: 'S3',
      directUploads: true,
    })
  })
})

await describeWithS3('the demo with a bucket', {}, (s3) => {
  test('accepts one picture through the server and one directly from the browser, and shows both', async () => {
    const { endpoint, region, bucket, credentials } = s3()
    const app = await startDemo({
      S3_BUCKET: bucket,
      S3_ENDPOINT: endpoint,
      S3_REGION: region,
      S3_ACCESS_KEY_ID: credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    })
    await shareTwo(app)
  })
})

test('the demo with ImageKit accepts pictures both ways, shows them and gets captions', async () => {
  const account = await startImageKitDouble()
  onTestFinished(() => account.close())
  const app = await startDemo({
    IMAGEKIT_PUBLIC_KEY: account.publicKey,
    IMAGEKIT_PRIVATE_KEY: account.privateKey,
    IMAGEKIT_URL_ENDPOINT: account.urlEndpoint,
    // The SDK reads this variable itself.
    IMAGE_KIT_BASE_URL: account.url,
  })
  await shareTwo(app)
  expect(await suggestTo(app)).toEqual({ suggestions: ['A picture.'] })
})

test('the demo with Cloudinary accepts pictures both ways, shows them and gets captions', async () => {
  const double = await startCloudinaryDouble()
  onTestFinished(() => double.close())
  const { cloudName, apiKey, apiSecret } = double.account
  const app = await startDemo({
    CLOUDINARY_URL: `cloudinary://${apiKey}:${apiSecret}@${cloudName}`,
    CLOUDINARY_API_URL: double.apiUrl,
    CLOUDINARY_DELIVERY_URL: double.deliveryUrl,
  })
  await shareTwo(app)
  expect(await suggestTo(app)).toEqual({ suggestions: ['A cat sitting on a table'] })
})

interface Signed {
  id: string
  upload: {
    method: string
    url: string
    headers: Record<string, string>
    form: { fields: Record<string, string>; file: string } | null
  }
}

/** Uploads a picture both ways, shares both and loads them as a browser does. */
async function shareTwo(app: RunningApp): Promise<void> {
  const uploaded = await app.call('POST', '/api/v1/media', new Blob([picture]))
  expect(uploaded.status).toBe(201)
  const through = (await uploaded.json()) as { id: string }

  const terms = { contentType: 'image/jpeg', size: picture.length }
  const signed = (await (await app.call('POST', '/api/v1/media/direct', terms)).json()) as Signed
  const early = await app.call('POST', `/api/v1/media/${signed.id}/confirm`)
  expect(early.status).toBe(404)
  const { method, url, headers, form } = signed.upload
  expect((await fetch(url, { method, headers, body: form ? fill(form) : picture })).ok).toBe(true)
  const confirmed = await app.call('POST', `/api/v1/media/${signed.id}/confirm`)
  expect([confirmed.status, await confirmed.json()]).toMatchObject([200, { id: signed.id, width: 640 }])

  const post = { caption: 'Blue', media: [through.id, signed.id] }
  expect((await app.call('POST', '/api/v1/posts', post)).status).toBe(201)
  const feed = (await (await app.call('GET', '/api/v1/feed')).json()) as {
    items: { media: { renditions: { thumb: string } }[] }[]
  }
  const media = feed.items[0]?.media ?? []
  expect(media).toHaveLength(2)
  for (const { renditions } of media) {
    const shown = await fetch(new URL(renditions.thumb, app.url))
    expect(new URL(shown.url).origin).not.toBe(app.url)
    expect(await sharp(await shown.arrayBuffer()).metadata()).toMatchObject({ width: 320, height: 320 })
  }
}

function fill({ fields, file }: NonNullable<Signed['upload']['form']>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  data.set(file, new Blob([picture], { type: 'image/jpeg' }), 'picture.jpg')
  return data
}
