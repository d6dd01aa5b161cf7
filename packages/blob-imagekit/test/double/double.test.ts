import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { drawDefaultAvatar } from '@kith/core/adapter'
import { describe, expect, test } from 'vitest'
import { connect, startAccount } from '../imagekit-media.ts'
import type { ImageKitDouble } from './imagekit-double.ts'

const png = drawDefaultAvatar('anna')

/** The format of an ImageKit error. */
function refusal(message: string | RegExp) {
  return {
    message: expect.stringMatching(message) as string,
    help: 'For support kindly contact us at support@imagekit.io .',
  }
}

interface Sent {
  version?: 'v1' | 'v2'
  fields?: Record<string, string>
  file?: Uint8Array | null
  key?: string | null
}

async function upload(
  double: ImageKitDouble,
  { version = 'v1', fields = {}, file = png, key = double.privateKey }: Sent = {},
): Promise<[status: number, body: Record<string, unknown>]> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  if (file) form.append('file', new Blob([Uint8Array.from(file)]))
  const headers: Record<string, string> = key === null ? {} : { authorization: `Basic ${btoa(`${key}:`)}` }
  const response = await fetch(`${double.url}/api/${version}/files/upload`, {
    method: 'POST',
    headers,
    body: form,
  })
  return [response.status, (await response.json()) as Record<string, unknown>]
}

interface TokenParts {
  head?: object
  payload?: object
  key?: string
}

function tokenOf(
  double: ImageKitDouble,
  fields: Record<string, string>,
  { head = {}, payload = {}, key = double.privateKey }: TokenParts = {},
): string {
  const now = Math.floor(Date.now() / 1000)
  const parts = [
    { alg: 'HS256', typ: 'JWT', kid: double.publicKey, ...head },
    { ...fields, iat: now, exp: now + 600, ...payload },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  return `${parts.join('.')}.${createHmac('sha256', key).update(parts.join('.')).digest('base64url')}`
}

async function get(url: string): Promise<[status: number, type: string | null]> {
  const { status, headers, ...response } = await fetch(url)
  void response
  return [status, headers.get('content-type')]
}

describe('an upload by a server', () => {
  test('is measured, and described as ImageKit does', async () => {
    const double = await startAccount()
    const fields = { fileName: 'a b.png', folder: '/x/y/', useUniqueFileName: 'false' }
    expect(await upload(double, { fields })).toEqual([
      200,
      expect.objectContaining({
        name: 'a_b.png',
        filePath: '/x/y/a_b.png',
        url: `${double.urlEndpoint}/x/y/a_b.png`,
        ...{ fileType: 'image', mime: 'image/png', width: 320, height: 320, size: png.length },
        ...{ isPrivateFile: false, versionInfo: { id: expect.any(String) as string, name: 'Version 1' } },
      }),
    ])
    const [, again] = await upload(double, { fields })
    expect(again).toMatchObject({ versionInfo: { name: 'Version 2' } })
    await upload(double, { fields: { ...fields, useUniqueFileName: 'true' } })
    expect(double.library.paths()).toHaveLength(2)
  })

  test.each<[string, Sent, [status: number, message: string | RegExp]]>([
    ['no file', { file: null, fields: { fileName: 'a' } }, [400, 'Your request is missing file parameter.']],
    ['no name', {}, [400, 'Your request is missing fileName parameter.']],
    ['no key', { key: null }, [401, 'Your request does not contain private API key.']],
    ['a wrong key', { key: 'private_x' }, [403, 'Your account cannot be authenticated.']],
    [
      'a parameter that does not exist',
      { fields: { fileName: 'a', nmae: 'b' } },
      [400, /invalid parameter nmae/],
    ],
    ['a flag that is none', { fields: { fileName: 'a', isPrivateFile: 'yes' } }, [400, /isPrivateFile/]],
    [
      'too many bytes',
      { fields: { fileName: 'a' }, file: new Uint8Array(3000) },
      [400, /larger than the 2000/],
    ],
    [
      'checks it does not meet',
      { fields: { fileName: 'a', checks: '"file.size" < 10' } },
      [400, /file\.size/],
    ],
    [
      'checks of another type',
      { fields: { fileName: 'a', checks: '"file.mime" : "video"' } },
      [400, /file\.mime/],
    ],
    [
      'checks without quotes',
      { fields: { fileName: 'a', checks: 'file.size < 10' } },
      [400, /invalid syntax/],
    ],
  ])('with %s is refused', async (_name, sent, [status, message]) => {
    const double = await startAccount({ limits: { image: 2000, video: 2000 } })
    expect(await upload(double, { file: png.subarray(0, 100), ...sent })).toEqual([status, refusal(message)])
    expect(double.library.paths()).toEqual([])
  })

  test('with a taken name is refused if it may not overwrite', async () => {
    const double = await startAccount()
    const fields = { fileName: 'a', useUniqueFileName: 'false', overwriteFile: 'false' }
    expect((await upload(double, { fields }))[0]).toBe(200)
    expect(await upload(double, { fields })).toEqual([400, refusal(/same name already exists/)])
  })
})

describe('an upload by a browser', () => {
  const fields = { fileName: 'a', checks: `"file.size" = ${png.length} AND "file.mime" : "image"` }
  const send = (double: ImageKitDouble, token: string, sent: Sent = {}) =>
    upload(double, { version: 'v2', key: null, fields: { ...fields, token }, ...sent })

  test('with its own token is accepted, once', async () => {
    const double = await startAccount()
    const token = tokenOf(double, fields)
    expect((await send(double, token))[0]).toBe(200)
    expect(await send(double, token)).toEqual([400, refusal(/token was made before/)])
  })

  test('that failed has used up its token', async () => {
    const double = await startAccount()
    const token = tokenOf(double, fields)
    expect(await send(double, token, { file: png.subarray(1) })).toEqual([400, refusal(/file\.size/)])
    expect(await send(double, token)).toEqual([400, refusal(/token was made before/)])
  })

  const now = Math.floor(Date.now() / 1000)
  test.each<[string, TokenParts, [status: number, message: RegExp]]>([
    ['by another key', { key: 'private_x' }, [400, /invalid token/]],
    ['of another account', { head: { kid: 'public_x' } }, [403, /cannot be authenticated/]],
    ['by no algorithm', { head: { alg: 'none' } }, [400, /invalid token/]],
    ['that is over', { payload: { exp: now - 1 } }, [400, /has expired/]],
    ['without an end', { payload: { exp: undefined } }, [400, /has expired/]],
    ['of more than an hour', { payload: { exp: now + 3700 } }, [400, /less than one hour/]],
    ['with another value', { payload: { fileName: 'b' } }, [400, /fileName/]],
    ['with a parameter more', { payload: { folder: '/b' } }, [400, /folder/]],
    ['with a parameter less', { payload: { checks: undefined } }, [400, /checks/]],
  ])('with a token %s is refused', async (_name, parts, [status, message]) => {
    const double = await startAccount()
    expect(await send(double, tokenOf(double, fields, parts))).toEqual([status, refusal(message)])
    expect(double.library.paths()).toEqual([])
  })

  test('with something other than a token is refused, and so is one without', async () => {
    const double = await startAccount()
    for (const token of ['', 'x', 'a.b.c']) expect((await send(double, token))[0]).toBeGreaterThanOrEqual(400)
    expect((await upload(double, { version: 'v2', key: null, fields }))[0]).toBe(401)
  })
})

describe('delivery', () => {
  async function withFile(isPrivate: boolean) {
    const double = await startAccount()
    const fields = {
      fileName: 'a',
      folder: '/x/y',
      useUniqueFileName: 'false',
      isPrivateFile: String(isPrivate),
    }
    await upload(double, { fields })
    const { helper } = connect(double)
    const signed = (expiresIn: number): string =>
      helper.buildSrc({ urlEndpoint: double.urlEndpoint, src: '/x/y/a', expiresIn, signed: true })
    return { double, signed, url: `${double.urlEndpoint}/x/y/a` }
  }

  test('of a public file needs no signature, but rejects a wrong one', async () => {
    const { url } = await withFile(false)
    expect(await get(`${url}?tr=orig-true`)).toEqual([200, 'image/png'])
    // The format that suits browsers, unless the original is requested.
    expect(await get(url)).toEqual([200, 'image/webp'])
    expect((await get(`${url}?ik-s=abc`))[0]).toBe(401)
    expect((await get(`${url}-other`))[0]).toBe(404)
  })

  test("of a private file needs the SDK's signature, for this URL and unexpired", async () => {
    const { url, signed } = await withFile(true)
    expect((await get(url))[0]).toBe(401)
    expect((await get(signed(60)))[0]).toBe(200)
    expect((await get(signed(0)))[0]).toBe(200)
    expect((await get(`${signed(60)}&tr=orig-true`))[0]).toBe(401)
    expect((await get(signed(60).replace(/ik-t=\d+/, 'ik-t=9999999999')))[0]).toBe(401)
  })

  test.each([
    ['tr:w-100,h-50,c-at_max,f-webp/x/y/a', 200],
    ['x/y/a?tr=w-100,h-50:w-20,f-png', 200],
    ['x/y/a?tr=w-100,h-50,c-at_most', 400],
    ['x/y/a?tr=w-0', 400],
    ['x/y/a?tr=w-100,w-200', 400],
    ['x/y/a?tr=w100', 400],
    ['x/y/a?tr=', 400],
  ])('of %s responds with %i', async (path, status) => {
    const { double } = await withFile(false)
    expect((await get(`${double.urlEndpoint}/${path}`))[0]).toBe(status)
  })

  test('of a part of a file', async () => {
    const { url } = await withFile(false)
    const response = await fetch(`${url}?tr=orig-true`, { headers: { range: 'bytes=1-3' } })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(`bytes 1-3/${png.length}`)
    expect(await response.text()).toBe('PNG')
  })

  test('continues from the cache after the file is deleted, until a purge', async () => {
    const { double, url } = await withFile(false)
    const purge = (what: string) => connect(double).cache.invalidation.create({ url: what })
    await get(url)
    double.library.removeFolder('/x')
    expect((await get(url))[0]).toBe(200)
    await purge(`${double.urlEndpoint}/x/y/b*`)
    await wait(200)
    expect((await get(url))[0]).toBe(200)
    await purge(`${double.urlEndpoint}/x/y/*`)
    await wait(200)
    expect((await get(url))[0]).toBe(404)
    for (const wrong of [
      'https://ik.imagekit.io/other/a',
      `${double.urlEndpoint}/a*`,
      `${double.urlEndpoint}/*/b*`,
    ])
      await expect(purge(wrong)).rejects.toThrow('400')
  })
})

describe('the library', () => {
  test('lists files and folders, deletes them, and reports missing ones', async () => {
    const double = await startAccount()
    const client = connect(double)
    for (const folder of ['/x/one', '/x/two']) await upload(double, { fields: { fileName: 'a', folder } })
    const folders = await client.assets.list({ path: '/x', type: 'folder', limit: 1, skip: 1 })
    expect(folders).toMatchObject([{ type: 'folder', name: 'two', folderPath: '/x/two' }])
    const [file] = await client.assets.list({ path: '/x/one/', type: 'file' })
    const { fileId = '' } = file ?? {}
    expect(await client.files.get(fileId)).toEqual(file)
    expect(await client.assets.list({ path: '/y' })).toEqual([])
    await client.files.delete(fileId)
    await expect(client.files.get(fileId)).rejects.toThrow('404 The requested file does not exist.')
    await client.folders.delete({ folderPath: '/x/' })
    await expect(client.folders.delete({ folderPath: '/x/' })).rejects.toMatchObject({
      status: 404,
      error: { ...refusal('No folder found'), reason: 'FOLDER_NOT_FOUND' },
    })
    expect(double.library.paths()).toEqual([])
  })

  test('lists by name, and finds files and folders with one of the names of a search', async () => {
    const double = await startAccount()
    const client = connect(double)
    for (const folder of ['/x/b', '/x/a']) await upload(double, { fields: { fileName: 'f', folder } })
    await upload(double, { fields: { fileName: 'c', folder: '/x', useUniqueFileName: 'false' } })
    const byName = await client.assets.list({ path: '/x', type: 'folder', sort: 'ASC_NAME' })
    expect(byName).toMatchObject([{ name: 'a' }, { name: 'b' }])
    const search = { path: '/x', sort: 'ASC_NAME' } as const
    const found = await client.assets.list({
      ...search,
      searchQuery: 'name = "c" OR name = "b" OR name = "none"',
    })
    expect(found).toMatchObject([
      { type: 'folder', name: 'b' },
      { type: 'file', name: 'c' },
    ])
    for (const searchQuery of ['name : "a"', 'name = "a" AND name = "b"', 'name = "a" OR'])
      await expect(client.assets.list({ ...search, searchQuery })).rejects.toThrow('400')
  })
})
