import { Readable } from 'node:stream'
import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { kithExpress } from '@kith/express'
import { createSharpImages } from '@kith/media-sharp'
import express from 'express'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { homePage } from '../../examples/recipes/src/server-rendered.ts'
import { createVisitor, listen } from './visitor.ts'

test('greets a signed-in visitor, even after the access cookie has expired', async () => {
  const images = createSharpImages()
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
    media: { blobs: createMemoryBlobs(), images },
  })
  onTestFinished(() => kith.close())
  const parts = kithExpress(kith)
  const url = await listen(express().use(parts.routes, homePage(kith, parts), parts.problems))
  const [ada, guest] = [createVisitor(url), createVisitor(url)]
  // As a browser loads a page whose URL was typed in.
  const headers = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

  const welcome = await guest.call('GET', '/', { headers })
  expect([welcome.status, welcome.headers.get('location')]).toEqual([302, '/welcome'])

  const body = { username: 'ada', name: '<Ada>', password: 'correct horse' }
  const joined = await ada.call('POST', '/api/v1/users/register', { body })
  const { user } = (await joined.json()) as { user: { id: string } }
  const viewer = kith.viewerOf(user.id)
  const picture = sharp({ create: { width: 60, height: 40, channels: 3, background: 'teal' } }).png()
  const { id } = await kith.uploads.add(viewer, Readable.from([await picture.toBuffer()]))
  await kith.posts.create(viewer, {
    caption: '<script>alert(1)</script>',
    media: [{ id, alt: 'A "teal" wall' }],
  })

  const names = [...ada.cookies.keys()]
  const page = await ada.call('GET', '/', { headers })
  const html = await page.text()
  expect(html).toContain('<h1>Hello &#60;Ada&#62;</h1>')
  expect(html).toContain('<p>&#60;script&#62;alert(1)&#60;/script&#62;</p>')
  expect(html).toContain('alt="A &#34;teal&#34; wall"')
  const [, src = ''] = /<img src="([^"]*)"/.exec(html) ?? []
  expect((await ada.call('GET', src)).status).toBe(200)
  // There is nothing to renew yet.
  expect(page.headers.getSetCookie()).toEqual([])

  const access = names.find((name) => name.includes('access')) ?? ''
  expect(ada.cookies.delete(access)).toBe(true)
  const later = await ada.call('GET', '/', { headers })
  expect([later.status, await later.text()]).toEqual([200, html])
  expect(later.headers.get('cache-control')).toBe('private')
  expect([...ada.cookies.keys()].toSorted()).toEqual(names.toSorted())
  expect((await ada.call('GET', '/api/v1/users/me')).status).toBe(200)
})
