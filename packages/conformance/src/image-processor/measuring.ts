import assert from 'node:assert/strict'
import type { ImageProcessor } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { image, moving, stills, tagged, wide } from './samples.ts'
import { assertNear, assertSeen, measuresOf } from './seeing.ts'

/** What `normalize` promises about its measurements. */
export const measuringCases: readonly Case<ImageProcessor>[] = [
  {
    id: 'images/thumbhash',
    title: 'the thumbhash is one of about 25 bytes, of the picture',
    async run(images) {
      for (const [name, file] of stills) {
        const { thumbhash } = await measuresOf(images, file)
        assert.match(thumbhash, /^[A-Za-z0-9+/]{20,40}={0,2}$/, name)
        assertSeen(thumbhash, [0, 1, 2, 3], name)
      }
    },
  },
  {
    id: 'images/palette',
    title: 'the palette names the main colors, the most frequent first, and at most five',
    async run(images) {
      const few = await measuresOf(images, image('stripes/three.png'))
      for (const [index, color] of ['#f0f0f0', '#c02020', '#2040c0'].entries())
        assertNear(few.palette[index], color, `color ${index}`)
      assert.equal(few.palette.length, 3)
      const { palette } = await measuresOf(images, image('stripes/eight.png'))
      assert.ok(palette.length <= 5, `${palette.length} colors`)
      for (const color of palette) assert.match(color, /^#[0-9a-f]{6}$/)
    },
  },
  {
    id: 'images/lightness',
    title: 'lightness is 0 for black and 1 for white',
    async run(images) {
      const lightness = async (gray: string): Promise<number> =>
        (await measuresOf(images, image(`plain/${gray}.png`))).lightness
      const [black, middle, white] = [
        await lightness('000000'),
        await lightness('808080'),
        await lightness('ffffff'),
      ]
      assert.ok(black >= 0 && black < 0.05, `black: ${black}`)
      assert.ok(middle > 0.2 && middle < 0.8, `gray: ${middle}`)
      assert.ok(white <= 1 && white > 0.95, `white: ${white}`)
    },
  },
  {
    id: 'images/saturation',
    title: 'saturation is 0 for gray and nears 1 for a pure color',
    async run(images) {
      const saturation = async (color: string): Promise<number> =>
        (await measuresOf(images, image(`plain/${color}.png`))).saturation
      const [gray, pale, pure] = [
        await saturation('808080'),
        await saturation('c08080'),
        await saturation('ff0000'),
      ]
      assert.ok(gray >= 0 && gray < 0.05, `gray: ${gray}`)
      assert.ok(pale > gray && pale < pure, `pale: ${pale}`)
      assert.ok(pure <= 1 && pure > 0.8, `pure: ${pure}`)
    },
  },
  {
    id: 'images/srgb-measures',
    title: 'colors are measured in sRGB, whatever the profile',
    async run(port) {
      const { palette } = await measuresOf(port, wide)
      assertNear(palette[0], '#d6262f', 'a red of Display P3')
    },
  },
  {
    id: 'images/taken-at',
    title: 'takenAt is the time of the camera without a zone, and null if it is missing or invalid',
    async run(images) {
      for (const [name, file] of tagged.slice(0, 1))
        assert.equal((await measuresOf(images, file)).takenAt, '2026-07-14T18:32:05', name)
      for (const taken of ['zeros', 'blank', 'no-such-day', 'yesterday'])
        assert.equal((await measuresOf(images, image(`taken/${taken}.jpg`))).takenAt, null, taken)
      for (const [name, file] of stills.slice(0, 1))
        assert.equal((await measuresOf(images, file)).takenAt, null, name)
    },
  },
  {
    id: 'images/first-frame',
    title: 'the first frame of an animation is measured',
    async run(images) {
      for (const [name, file] of moving) {
        const { palette } = await measuresOf(images, file)
        assert.equal(palette.length, 1, name)
        assertNear(palette[0], '#cc2020', name)
      }
    },
  },
  {
    id: 'images/deterministic',
    title: 'the same file has the same measurements',
    async run(images) {
      for (const [name, file] of [...stills.slice(0, 1), ...moving.slice(0, 1)])
        assert.deepEqual(await measuresOf(images, file), await measuresOf(images, file), name)
    },
  },
]
