import assert from 'node:assert/strict'
import type { ImageProcessor } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { assertNoFile, assertRefused, inFolder } from '../sample-folder.ts'
import { cutOff, heic, moving, noImages, signedWide, stills, tagged, turned, vast, wide } from './samples.ts'
import { assertNear, assertSeen, normalized } from './seeing.ts'
import { readWritten } from './written-image.ts'

/** What `normalize` promises about the file that it writes. */
export const normalizingCases: readonly Case<ImageProcessor>[] = [
  {
    id: 'images/normalize-webp',
    title: 'normalize writes a WebP of the size that it returns, from every format, including animations',
    async run(images) {
      for (const [name, file] of [...stills, ...moving]) {
        const { measures, written } = await normalized(images, file, name)
        assert.equal(written.format, 'webp', name)
        assert.deepEqual([measures.width, measures.height], [64, 48], name)
        assert.deepEqual([written.width, written.height], [64, 48], name)
      }
    },
  },
  {
    id: 'images/normalize-orientation',
    title: 'normalize turns the picture upright, in each of the eight orientations',
    async run(images) {
      for (const { file, orientation, seen } of turned) {
        const what = `orientation ${orientation}`
        const { measures, written, again } = await normalized(images, file, what)
        const expected = orientation <= 4 ? [64, 48] : [48, 64]
        assert.deepEqual([measures.width, measures.height], expected, what)
        assert.deepEqual([written.width, written.height], expected, what)
        assertSeen(measures.thumbhash, seen, `${what}, as measured`)
        assertSeen((await again()).thumbhash, seen, `${what}, as written`)
      }
    },
  },
  {
    id: 'images/normalize-strips-metadata',
    title: 'normalize leaves no EXIF, GPS, XMP, IPTC, comment or other part in the file, of every format',
    async run(images) {
      for (const [name, file] of tagged) {
        const { written, again } = await normalized(images, file, name)
        assert.equal(written.profile, null, `${name} had no profile`)
        assert.equal((await again()).takenAt, null, name)
      }
    },
  },
  {
    id: 'images/normalize-colors',
    title: 'normalize keeps the colors of a wide profile, and nothing of the profile itself',
    async run(images) {
      const [plainly, signed] = [
        await normalized(images, wide, 'a wide picture'),
        await normalized(images, signedWide, 'a picture whose profile names a device'),
      ]
      for (const { again } of [plainly, signed])
        assertNear((await again()).palette[0], '#d6262f', 'a red of Display P3, as written')
      // A profile that is the same for every picture reveals nothing about one.
      assert.deepEqual(signed.written.profile, plainly.written.profile, 'its profile is not its own')
    },
  },
  {
    id: 'images/normalize-fails',
    title: 'if normalize fails, the error is media-unreadable or media-too-large, and there is no target',
    async run(images) {
      await inFolder(async (folder) => {
        const target = folder.path('target')
        for (const [name, file] of [...noImages, ...cutOff]) {
          await assertRefused(images.normalize(await folder.save('image.jpg', file), target), name)
          assertNoFile(target, name)
        }
        const codes = ['media-unreadable', 'media-too-large']
        const call = images.normalize(await folder.save('vast', vast), target)
        await assertRefused(call, 'a vast picture', codes)
        assertNoFile(target, 'a vast picture')
      })
    },
  },
  {
    id: 'images/heic',
    title: 'a HEIC is read like the others, or refused as unsupported-media-type',
    async run(images) {
      await inFolder(async (folder) => {
        const path = await folder.save('image', heic)
        const isRead = await images.normalize(path, folder.path('target')).then(
          () => true,
          () => false,
        )
        if (isRead) {
          const { width, height } = readWritten(await folder.read('target'), 'HEIC')
          assert.deepEqual([width, height], [64, 48])
        } else {
          await assertRefused(images.normalize(path, folder.path('target')), 'HEIC', [
            'unsupported-media-type',
          ])
          assertNoFile(folder.path('target'), 'HEIC')
        }
      })
    },
  },
]
