import type { Random } from '../random.ts'

/** A picture in progress, as SVG. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly random: Random
  /** Draws shapes on top of the others. */
  add(...shapes: readonly string[]): void
  /** A fill from the first color, at the top, to the last; `turned` from left to right. */
  linear(colors: readonly string[], turned?: boolean): string
  /** A fill with the first color in the middle that fades to nothing. */
  glow(color: string, strength?: number): string
  svg(): string
}

/** The subject of a picture: a function that draws on a canvas. */
export type Scene = (canvas: Canvas) => void

/** Creates an empty canvas. */
export function createCanvas(size: { width: number; height: number }, random: Random): Canvas {
  const { width, height } = size
  const fills: string[] = []
  const drawn: string[] = []

  function fill(tag: string, attributes: string, stops: string): string {
    const id = `f${fills.length}`
    fills.push(`<${tag} id="${id}" ${attributes}>${stops}</${tag}>`)
    return `url(#${id})`
  }

  return {
    width,
    height,
    random,
    add: (...shapes) => void drawn.push(...shapes),
    linear(colors, turned = false) {
      const stops = colors.map(
        (color, index) => `<stop offset="${index / (colors.length - 1)}" stop-color="${color}"/>`,
      )
      return fill('linearGradient', turned ? 'x2="1" y2="0"' : 'x2="0" y2="1"', stops.join(''))
    },
    glow(color, strength = 1) {
      const stops = [1, 0.55, 0.2, 0].map(
        (share, index) =>
          `<stop offset="${index / 3}" stop-color="${color}" stop-opacity="${share * strength}"/>`,
      )
      return fill('radialGradient', '', stops.join(''))
    },
    svg: () =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
      `<defs>${fills.join('')}</defs>${drawn.join('')}</svg>`,
  }
}
