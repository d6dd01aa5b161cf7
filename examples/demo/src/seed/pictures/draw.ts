import sharp, { type Sharp } from 'sharp'
import { createRandom } from '../random.ts'
import { createCanvas, type Scene } from './canvas.ts'

/** The shape of a picture. */
export type Shape = 'square' | 'tall' | 'wide' | 'face' | 'banner'

const sizes: Readonly<Record<Shape, { width: number; height: number }>> = {
  square: { width: 840, height: 840 },
  tall: { width: 840, height: 1050 },
  wide: { width: 1050, height: 700 },
  face: { width: 320, height: 320 },
  banner: { width: 1050, height: 420 },
}

/** Draws a scene: a stream of a JPEG file, as a camera might send it. The same seed gives the same picture. */
export function draw(scene: Scene, shape: Shape, seed: string): Sharp {
  return sharp(Buffer.from(drawSvg(scene, shape, seed))).jpeg({ quality: 92 })
}

/** Draws a scene as SVG. */
export function drawSvg(scene: Scene, shape: Shape, seed: string): string {
  const canvas = createCanvas(sizes[shape], createRandom(seed))
  scene(canvas)
  return canvas.svg()
}
