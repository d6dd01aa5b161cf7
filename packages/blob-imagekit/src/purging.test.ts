import { expect, test } from 'vitest'
import { startFaultyFront } from '../test/faulty-front.ts'
import { openMedia, startAccount } from '../test/imagekit-media.ts'
import { image, picture } from '../../../test/blob-samples.ts'
import type { ImageKitMediaOptions } from './index.ts'

async function open(options: Partial<ImageKitMediaOptions> = {}) {
  const front = await startFaultyFront(await startAccount())
  const purges = (): number => front.seen.filter((what) => what === 'POST /v1/files/purge').length
  return { ...openMedia(front.account, options), front, purges }
}

test('a purge is used for replaced and removed files, and for nothing else', async () => {
  for (const access of ['private', 'public'] as const) {
    const { blobs, purges } = await open({ access })
    await blobs.put('a', picture(), image)
    await blobs.remove('never-there')
    expect(purges()).toBe(0)
    await blobs.put('a', picture('otto'), image)
    expect(purges()).toBe(1)
    await blobs.remove('a')
    await blobs.remove('a')
    expect(purges()).toBe(2)
  }
})

test('none is used if they should be saved', async () => {
  const { blobs, purges } = await open({ purge: false })
  await blobs.put('a', picture(), image)
  await blobs.put('a', picture('otto'), image)
  await blobs.remove('a')
  expect(purges()).toBe(0)
})

test('one is used if the removal was carried out and its response was lost', async () => {
  const { blobs, front, purges } = await open()
  await blobs.put('a', picture(), image)
  front.meet(/^DELETE/, ['lose-answer'])
  await blobs.remove('a')
  expect(purges()).toBe(1)
  await blobs.remove('a')
  expect(purges()).toBe(1)
})
