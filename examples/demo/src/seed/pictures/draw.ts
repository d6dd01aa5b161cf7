import sharp, { type Sharp } from 'sharp'
import { createRandom } from '../random.ts'
import { createCanvas, type Scene } from './canvas.ts'

/** The shape of a picture. */
export type Shape = 'square' | 'tall' | 'wide' | 'face' | 'banner'

const sizes: Readonly<Record<Shape, { width: number; height: number }>> = {
  square: { width: 960, height: 960 },
  tall: { width: 960, height: 1200 },
  wide: { width: 1200, height: 800 },
  face: { width: 400, height: 400 },
  banner: { width: 1200, height: 480 },
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
