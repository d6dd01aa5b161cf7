import type { Canvas } from './canvas.ts'
import { circle, ellipse, faint, rect, stroke } from './shapes.ts'

/** The light of a scene. */
export type Hour = 'dawn' | 'day' | 'dusk' | 'night'

interface Light {
  sky: readonly string[]
  /** The color of the sun or the moon. */
  disc: string
  glow: string
  /** The color to which distant things fade. */
  haze: string
  cloud: string
}

/** The colors of each time of day. */
export const lights: Readonly<Record<Hour, Light>> = {
  dawn: {
    sky: ['#5b6ea8', '#a98bb5', '#f2a7a0', '#fcd9a8'],
    disc: '#fff1d0',
    glow: '#ffe0a8',
    haze: '#f3b9a8',
    cloud: '#fbd3c4',
  },
  day: {
    sky: ['#3f8fd2', '#7fbce6', '#c9e6f2'],
    disc: '#fffbe6',
    glow: '#fff6cf',
    haze: '#bfdfee',
    cloud: '#ffffff',
  },
  dusk: {
    sky: ['#2d2a5a', '#7a3f7c', '#e0606a', '#f9a95d'],
    disc: '#ffd98a',
    glow: '#ffb35c',
    haze: '#c65f72',
    cloud: '#f08a76',
  },
  night: {
    sky: ['#070b24', '#111c46', '#26386e'],
    disc: '#f5f1da',
    glow: '#9fb4e8',
    haze: '#2c3f76',
    cloud: '#3a4d86',
  },
}

/** Fills the canvas with a sky, down to `horizon`, with stars at night. */
export function drawSky(canvas: Canvas, hour: Hour, horizon: number): void {
  const { width, height } = canvas
  canvas.add(rect([0, 0], [width, height], canvas.linear([lights[hour].haze, lights[hour].haze])))
  canvas.add(rect([0, 0], [width, horizon], canvas.linear(lights[hour].sky)))
  if (hour === 'night') drawStars(canvas, horizon, 140)
}

/** Scatters stars over the upper part. */
export function drawStars(canvas: Canvas, bottom: number, count: number): void {
  const { random, width } = canvas
  for (let index = 0; index < count; index++) {
    const at = [random.between(0, width), random.between(0, bottom)] as const
    const size = random.chance(0.08) ? random.between(2.4, 3.6) : random.between(0.6, 1.8)
    const color = random.pick(['#ffffff', '#dfe8ff', '#fff1d6'])
    canvas.add(circle(at, size, [color, `fill-opacity="${random.between(0.4, 1).toFixed(2)}"`]))
  }
}

/** The sun, or the moon at night, with its glow. */
export function drawDisc(
  canvas: Canvas,
  hour: Hour,
  [x, y, radius]: readonly [number, number, number],
): void {
  const { disc, glow } = lights[hour]
  canvas.add(circle([x, y], radius * 4.5, canvas.glow(glow, 0.75)), circle([x, y], radius, disc))
  if (hour !== 'night') return
  const craters = [
    [-0.3, -0.2, 0.2],
    [0.25, 0.3, 0.26],
    [0.3, -0.35, 0.12],
  ] as const
  const spots = craters.map(([dx, dy, size]) =>
    circle([x + dx * radius, y + dy * radius], size * radius, '#c9c4a8'),
  )
  canvas.add(faint(0.4, ...spots))
}

/** Flat clouds between two heights. */
export function drawClouds(
  canvas: Canvas,
  hour: Hour,
  [top, bottom, count]: readonly [number, number, number],
): void {
  const { random, width } = canvas
  for (let index = 0; index < count; index++) {
    const [x, y] = [random.between(0, width), random.between(top, bottom)]
    const size = random.between(0.05, 0.11) * width
    const puffs = [-1.3, -0.5, 0.3, 1.1].map((step) => {
      const high = size * random.between(0.28, 0.5)
      return ellipse(
        [x + step * size, y - high * 0.5],
        [size * random.between(0.7, 1), high],
        lights[hour].cloud,
      )
    })
    canvas.add(faint(random.between(0.5, 0.85), ...puffs))
  }
}

/** A few distant birds. */
export function drawBirds(canvas: Canvas, [x, y]: readonly [number, number], color: string): void {
  const { random, width } = canvas
  for (let index = 0; index < 6; index++) {
    const wing = width * random.between(0.008, 0.016)
    const [left, top] = [x + random.between(-0.12, 0.12) * width, y + random.between(-0.05, 0.05) * width]
    const wings = `M${left - wing} ${top}q${wing / 2} ${-wing * 0.8} ${wing} 0q${wing / 2} ${-wing * 0.8} ${wing} 0`
    canvas.add(stroke(wings, color, width / 420))
  }
}
