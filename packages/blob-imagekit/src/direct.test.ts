import { setTimeout as wait } from 'node:timers/promises'
import { drawDefaultAvatar } from '@kith/core/adapter'
import { expect, test } from 'vitest'
import { openMedia, startAccount } from '../test/imagekit-media.ts'
import { film } from '../../../test/blob-samples.ts'
import { contents, stage } from '../test/samples.ts'

const terms = { contentType: 'image/png', size: 1234, until: new Date(Date.now() + 600_000) } as const
const limits = { ownerId: 'anna', kind: 'video', maxBytes: 1_000_000, maxPixels: 1 } as const

test('a signature fixes everything except the bytes', async () => {
  const { direct, folder } = openMedia(await startAccount())
  const { form, method, url, headers } = await direct.sign('a', terms)
  const { token = '', ...fields } = form?.fields ?? {}
  expect(fields).toEqual({
    fileName: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    folder: `/${folder}/staged/a`,
    useUniqueFileName: 'false',
    overwriteFile: 'false',
    isPrivateFile: 'true',
    checks: '"file.size" = 1234 AND "file.mime" : "image"',
  })
  const [head = '', payload = ''] = token.split('.')
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
  expect(read(head)).toMatchObject({ alg: 'HS256', typ: 'JWT' })
  expect(read(payload)).toEqual({
    ...fields,
    iat: expect.any(Number) as number,
    exp: Math.floor(terms.until.getTime() / 1000),
  })
  expect([method, headers, form?.file, new URL(url).pathname]).toEqual([
    'POST',
    {},
    'file',
    '/api/v2/files/upload',
  ])
})

test('no signature is created twice, and each expires within an hour, the limit of ImageKit', async () => {
  const { direct } = openMedia(await startAccount())
  const [one, other] = await Promise.all([direct.sign('a', terms), direct.sign('a', terms)])
  expect(one.form?.fields['token']).not.toBe(other.form?.fields['token'])
  const { expiresAt } = await direct.sign('a', { ...terms, until: new Date(Date.now() + 7_200_000) })
  expect(Math.abs(Date.parse(expiresAt) - (Date.now() + 3_590_000))).toBeLessThan(5_000)
})

test('a sweep removes only the old files of a key', async () => {
  const double = await startAccount()
  const { direct, folder } = openMedia(double)
  await stage(direct, 'a', { contentType: 'video/mp4', bytes: film(1000) })
  await stage(direct, 'b', { contentType: 'video/mp4', bytes: film(1000) })
  await wait(20)
  const before = new Date()
  await wait(20)
  await stage(direct, 'a', { contentType: 'video/mp4', bytes: film(2000) })
  await direct.sweep(before)
  expect(contents(double, folder)).toEqual(['staged/a/…'])
  let size = 0
  for await (const part of direct.read('a')) size += part.length
  expect(size).toBe(2000)
  expect(await direct.confirm('a', limits)).toBe(true)
})

test('a sweep processes more folders than fit in one list', async () => {
  const double = await startAccount()
  const { direct, folder } = openMedia(double)
  const bytes = Buffer.from(drawDefaultAvatar('anna')).subarray(0, 1)
  for (let index = 0; index < 201; index++) {
    const arrival = { name: 'file', isPrivate: true, overwrites: false }
    await double.library.store(bytes, { ...arrival, folder: `/${folder}/staged/key-${index}` })
  }
  await direct.sweep(new Date(Date.now() + 1000))
  expect(contents(double, folder)).toEqual([])
})
