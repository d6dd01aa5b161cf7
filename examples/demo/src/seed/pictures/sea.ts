import { drawBoat, drawWhale } from './afloat.ts'
import type { Canvas, Scene } from './canvas.ts'
import { curve, mix, path, type Point, rect, stroke } from './shapes.ts'
import { drawBeach, drawLighthouse } from './shore.ts'
import { drawBirds, drawClouds, drawDisc, drawSky, type Hour, lights } from './sky.ts'

/** The features of a sea. */
export interface Sea {
  hour: Hour
  boat?: boolean
  lighthouse?: boolean
  beach?: boolean
  islands?: boolean
  whale?: boolean
}

const waters: Readonly<Record<Hour, readonly [far: string, near: string]>> = {
  dawn: ['#c98fa0', '#37507c'],
  day: ['#5fb6d0', '#0f6a94'],
  dusk: ['#b4506a', '#2a2354'],
  night: ['#1d2c5c', '#050918'],
}

/** The sea, with a way of light below the sun. */
export function sea({ hour, ...has }: Sea): Scene {
  return (canvas) => {
    const { width, height, random } = canvas
    const horizon = height * (has.beach ? 0.42 : 0.52)
    drawSky(canvas, hour, horizon)
    const sun = width * (has.lighthouse ? 0.3 : random.between(0.35, 0.65))
    const low = hour === 'dawn' || hour === 'dusk'
    drawDisc(canvas, hour, [sun, low ? horizon - width * 0.03 : horizon * 0.4, width * (low ? 0.075 : 0.05)])
    if (hour !== 'night') drawClouds(canvas, hour, [horizon * 0.25, horizon * 0.7, 4])
    if (has.islands) drawIslands(canvas, hour, horizon)
    const [far, near] = waters[hour]
    canvas.add(
      rect([0, horizon], [width, height - horizon], canvas.linear([far, mix(far, near, 0.65), near])),
    )
    drawGlitter(canvas, hour, [horizon, sun])
    if (has.boat) drawBoat(canvas, [width * random.between(0.3, 0.7), horizon + height * 0.1], hour)
    drawWaves(canvas, [horizon, has.beach ? height * 0.72 : height], mix(near, '#ffffff', 0.35))
    if (has.whale) drawWhale(canvas, [width * 0.55, horizon + height * 0.2], mix(near, '#0a1424', 0.55))
    if (has.beach) drawBeach(canvas, height * 0.7)
    if (has.lighthouse) drawLighthouse(canvas, hour, horizon)
    if (hour !== 'night')
      drawBirds(canvas, [width * 0.7, horizon * 0.45], mix(near, '#ffffff', hour === 'day' ? 0.8 : 0))
  }
}

/** Light on the water: short strokes, wider and longer the nearer they are. */
function drawGlitter(
  { add, height, random }: Canvas,
  hour: Hour,
  [horizon, sun]: readonly [number, number],
): void {
  const deep = height - horizon
  for (let index = 0; index < 90; index++) {
    const near = random.next() ** 1.5
    const spread = deep * (0.06 + near * 0.28)
    const long = deep * (0.03 + near * 0.14) * random.between(0.5, 1.2)
    const [x, y] = [sun + random.between(-1, 1) * spread, horizon + 4 + near * deep * 0.95]
    const more = `stroke-opacity="${(0.75 - near * 0.5).toFixed(2)}"`
    add(stroke(`M${x - long / 2} ${y}h${long}`, [lights[hour].disc, more], 2 + near * 5))
  }
}

/** Crests of foam. */
function drawWaves(
  { add, width, random }: Canvas,
  [top, bottom]: readonly [number, number],
  foam: string,
): void {
  for (let row = 1; row < 9; row++) {
    const y = top + (bottom - top) * (row / 9) ** 1.5
    const size = width * 0.012 * row
    for (let x = random.between(-size, size * 4); x < width; x += size * random.between(4, 11)) {
      add(
        stroke(
          `M${x} ${y}q${size / 2} ${-size / 3} ${size} 0t${size} 0`,
          [foam, 'stroke-opacity="0.4"'],
          1 + row * 0.5,
        ),
      )
    }
  }
}

function drawIslands({ add, width, random }: Canvas, hour: Hour, horizon: number): void {
  const [far, near] = waters[hour]
  for (const [left, long, high] of [
    [-0.1, 0.5, 0.09],
    [0.62, 0.55, 0.14],
    [0.3, 0.3, 0.045],
  ] as const) {
    const points = Array.from({ length: 12 }, (_, index): Point => {
      const x = index / 11
      return [
        width * (left + x * long),
        horizon - Math.sin(x * Math.PI) * high * width * random.between(0.75, 1),
      ]
    })
    add(
      path(
        `${curve(points)}V${horizon}H${width * left}Z`,
        mix(mix(far, near, 0.4), lights[hour].haze, 0.5 - high * 2),
      ),
    )
  }
}
