import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createLocalBlobs } from '@kith/blob-local'
import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { kithExpress } from '@kith/express'
import { createSharpImages } from '@kith/media-sharp'
import { createSqliteStorage } from '@kith/storage-sqlite'
import express from 'express'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { registrationWithPicture } from '../../examples/recipes/src/registration-with-picture.ts'
import { makeFolder } from './temporary-folder.ts'
import { createVisitor, listen, type Visitor } from './visitor.ts'

async function start(): Promise<Visitor> {
  const folder = makeFolder()
  const images = createSharpImages()
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createSqliteStorage({ path: join(folder, 'app.db') }),
    passwords: cheapPasswords,
    media: { blobs: createLocalBlobs({ directory: join(folder, 'media'), images }), images },
  })
  onTestFinished(() => kith.close())
  await kith.storage.migrate()
  const parts = kithExpress(kith, { routes: { register: false } })
  return createVisitor(
    await listen(express().use(parts.routes, registrationWithPicture(kith, parts), parts.problems)),
  )
}

function formOf(
  avatar?: Uint8Array<ArrayBuffer>,
  fields: Record<string, string> = { username: 'ada' },
): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries({ password: 'correct horse', ...fields })) form.set(name, value)
  if (avatar) form.set('avatar', new Blob([avatar]), 'me.png')
  return form
}

const register = async (visitor: Visitor, body: FormData, headers = {}): Promise<unknown[]> => {
  const answer = await visitor.call('POST', '/api/v1/users/register', { body, headers })
  return [answer.status, await answer.json()]
}

test('registers with a picture, or not at all', async () => {
  const visitor = await start()
  const png = await sharp({ create: { width: 80, height: 60, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  const picture = new Uint8Array(png)

  expect(await register(visitor, formOf())).toMatchObject([
    422,
    { errors: [{ path: 'avatar', code: 'required' }] },
  ])
  expect(await register(visitor, formOf(new Uint8Array(randomBytes(2_000))))).toMatchObject([
    415,
    { code: 'unsupported-media-type' },
  ])
  expect(await register(visitor, formOf(new Uint8Array(5_000_001)))).toMatchObject([
    413,
    { code: 'media-too-large' },
  ])
  expect(await register(visitor, formOf(picture, { username: 'ada', 'no such field': 'x' }))).toMatchObject([
    422,
    { code: 'invalid-input' },
  ])
  expect(visitor.cookies.size).toBe(0)

  const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  expect(await register(visitor, formOf(picture), foreign)).toMatchObject([
    403,
    { code: 'origin-not-allowed' },
  ])

  // The username is free, because the failed attempts left no account.
  const [status, answer] = (await register(visitor, formOf(picture))) as [
    number,
    { user: { avatar: unknown } },
  ]
  expect(status).toBe(201)
  expect(answer).toMatchObject({ user: { username: 'ada', avatar: { width: 80, height: 60 } } })
  const me = (await (await visitor.call('GET', '/api/v1/users/me')).json()) as {
    avatar: { renditions: { feed: string } }
  }
  expect(me).toMatchObject({ avatar: answer.user.avatar })
  const file = await visitor.call('GET', me.avatar.renditions.feed)
  expect([file.status, file.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^image\//)])
})
