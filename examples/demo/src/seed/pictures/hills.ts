import type { Canvas, Scene } from './canvas.ts'
import { circle, curve, faint, group, mix, path, type Point, polygon, rect, stroke } from './shapes.ts'
import { drawBirds, drawClouds, drawDisc, drawSky, type Hour, lights } from './sky.ts'

/** The features of a landscape. */
export interface Hills {
  hour: Hour
  /** The colors of the nearest and the farthest hills. */
  ground?: readonly [near: string, far: string]
  peaks?: boolean
  lake?: boolean
  pines?: boolean
  balloons?: boolean
  cabin?: boolean
}

const grounds: Readonly<Record<Hour, readonly [string, string]>> = {
  dawn: ['#3d4a63', '#c08fa6'],
  day: ['#2f6b4a', '#8fb9b4'],
  dusk: ['#231a3d', '#8a4a78'],
  night: ['#060a1c', '#22335f'],
}

/** Ranges of hills behind each other, paler with distance. */
export function hills({ hour, ground = grounds[hour], ...has }: Hills): Scene {
  return (canvas) => {
    const { width, height, random } = canvas
    const [near, far] = ground
    drawSky(canvas, hour, height * 0.75)
    const sun = random.between(0.25, 0.75) * width
    drawDisc(canvas, hour, [sun, height * random.between(0.2, 0.36), width * 0.055])
    if (hour !== 'night') drawClouds(canvas, hour, [height * 0.12, height * 0.3, 4])
    if (has.peaks)
      drawPeaks(canvas, { top: height * 0.3, base: height * 0.66, rock: mix(far, near, 0.3), hour })
    const ranges = has.lake ? 3 : 5
    for (let index = 0; index < ranges; index++) {
      const share = index / (ranges - 1)
      const y = height * ((has.peaks ? 0.58 : 0.48) + share * (has.lake ? 0.1 : 0.36))
      const color = mix(far, near, share)
      canvas.add(
        path(
          range(canvas, y, height * (0.09 - share * 0.03)),
          canvas.linear([color, mix(color, lights[hour].haze, 0.35)]),
        ),
      )
      if (has.pines && share > 0.4 && !has.lake)
        drawPines(canvas, { y, color: mix(color, near, 0.6), size: height * (0.03 + share * 0.07) })
    }
    if (has.lake) drawLake(canvas, hour, [height * 0.68, sun])
    if (has.pines && has.lake)
      drawPines(canvas, { y: height * 1.02, color: near, size: height * 0.22, edges: true })
    if (has.cabin) drawCabin(canvas, [width * 0.62, height * 0.8], mix(near, '#000000', 0.3))
    if (has.balloons) drawBalloons(canvas)
    else if (hour !== 'night')
      drawBirds(canvas, [width * random.between(0.3, 0.7), height * 0.25], mix(near, far, 0.4))
  }
}

/** The outline of a range, down to the foot of the canvas. */
function range({ width, height, random }: Canvas, y: number, rise: number): string {
  const waves = [1, 2.3, 5.1].map((pace) => ({ pace, shift: random.between(0, 6.3), size: rise / pace }))
  const points = Array.from({ length: 41 }, (_, index): Point => {
    const x = index / 40
    return [
      x * width,
      y - waves.reduce((sum, { pace, shift, size }) => sum + size * Math.sin(x * pace * 6.3 + shift), 0),
    ]
  })
  return `${curve(points)}L${width} ${height}L0 ${height}Z`
}

interface Peaks {
  top: number
  base: number
  rock: string
  hour: Hour
}

/** Mountains with a lit and a shaded side, and snow. */
function drawPeaks(canvas: Canvas, { top, base, rock, hour }: Peaks): void {
  const { width, random } = canvas
  const snow = mix('#ffffff', lights[hour].haze, hour === 'night' ? 0.75 : 0.3)
  for (const [place, scale] of [
    [0.12, 0.7],
    [0.85, 0.8],
    [0.34, 0.85],
    [0.62, 1],
  ] as const) {
    const x = width * (place + random.between(-0.05, 0.05))
    const high = (base - top) * scale
    const peak = base - high
    const half = high * random.between(0.75, 0.95)
    const color = mix(rock, lights[hour].haze, (1 - scale) * 0.9)
    const edge: Point[] = [
      [x, peak],
      [x - high * 0.07, peak + high * 0.28],
      [x + high * 0.05, peak + high * 0.5],
      [x - high * 0.12, base + 40],
    ]
    canvas.add(
      polygon(
        [
          [x, peak],
          [x - half, base + 40],
          [x + half, base + 40],
        ],
        mix(color, '#ffffff', 0.16),
      ),
    )
    canvas.add(polygon([...edge, [x + half, base + 40]], mix(color, '#1a1a3a', 0.22)))
    const cap: Point[] = [
      [x, peak],
      [x - half * 0.3, peak + high * 0.29],
      [x - half * 0.17, peak + high * 0.25],
      [x - half * 0.1, peak + high * 0.36],
      [x, peak + high * 0.27],
      [x + half * 0.12, peak + high * 0.38],
      [x + half * 0.18, peak + high * 0.26],
      [x + half * 0.3, peak + high * 0.3],
    ]
    canvas.add(
      polygon(cap, snow),
      polygon([[x, peak], [x - high * 0.06, peak + high * 0.25], ...cap.slice(4)], mix(snow, color, 0.35)),
    )
  }
}

interface Pines {
  y: number
  color: string
  size: number
  /** Only at the sides, as if seen from within a forest. */
  edges?: boolean
}

function drawPines({ add, width, random }: Canvas, { y, color, size, edges = false }: Pines): void {
  const count = edges ? 16 : Math.round(width / (size * 0.62))
  for (let index = 0; index < count; index++) {
    const side = random.next() ** 1.6 * 0.3
    const place = edges ? (random.chance(0.5) ? side : 1 - side) : index / count + random.between(-0.01, 0.01)
    if (!edges && random.chance(0.35)) continue
    const near = edges ? 1.5 - Math.min(place, 1 - place) * 3 : 1
    const high = size * random.between(0.7, 1.25) * near
    add(pine([place * width, y + size * 0.25], high, mix(color, '#000000', random.between(0, 0.25))))
  }
}

/** A fir of four tiers. */
export function pine([x, foot]: Point, high: number, color: string): string {
  const tiers = [0, 1, 2, 3].map((tier): string => {
    const top = foot - high + tier * high * 0.2
    const half = high * (0.1 + tier * 0.055)
    return polygon(
      [
        [x, top],
        [x - half, top + high * 0.36],
        [x + half, top + high * 0.36],
      ],
      color,
    )
  })
  return rect([x - high * 0.025, foot - high * 0.12], [high * 0.05, high * 0.14], color) + tiers.join('')
}

/** Still water with the light of the sky on it. */
function drawLake(canvas: Canvas, hour: Hour, [top, sun]: readonly [number, number]): void {
  const { width, height, random } = canvas
  const sky = lights[hour].sky
  canvas.add(
    rect([0, top], [width, height - top], canvas.linear([...sky].reverse())),
    faint(0.25, rect([0, top], [width, height - top], mix(sky[0] ?? '#000000', '#0a2030', 0.5))),
  )
  for (let index = 0; index < 46; index++) {
    const depth = random.next()
    const long = width * random.between(0.02, 0.09) * (0.5 + depth)
    const x = random.chance(0.6)
      ? sun + random.between(-0.09, 0.09) * width * (0.4 + depth)
      : random.between(0, width)
    const y = top + 6 + depth * (height - top)
    canvas.add(
      stroke(
        `M${x - long / 2} ${y}h${long}`,
        [lights[hour].disc, `stroke-opacity="${random.between(0.2, 0.6).toFixed(2)}"`],
        1.5 + depth * 3,
      ),
    )
  }
}

function drawCabin({ add, width, glow }: Canvas, [x, y]: Point, wood: string): void {
  const size = width * 0.075
  add(
    circle([x, y], size * 3, glow('#ffc46b', 0.5)),
    rect([x - size, y - size * 0.8], [size * 2, size * 1.1], wood),
    polygon(
      [
        [x - size * 1.3, y - size * 0.75],
        [x, y - size * 1.7],
        [x + size * 1.3, y - size * 0.75],
      ],
      mix(wood, '#ffffff', 0.12),
    ),
    rect([x - size * 0.65, y - size * 0.5], [size * 0.5, size * 0.5], '#ffd27a'),
    rect([x + size * 0.1, y - size * 0.5], [size * 0.5, size * 0.8], '#e8964a'),
  )
}

function drawBalloons({ add, width, height, random }: Canvas): void {
  const colors = [
    ['#e4572e', '#f6d365'],
    ['#2a9d8f', '#f4f1de'],
    ['#8e5ea2', '#f2c6de'],
    ['#e9c46a', '#d1495b'],
    ['#3d5a98', '#f2e8cf'],
  ]
  for (const [index, [silk = '', stripe = '']] of random.shuffle(colors).entries()) {
    const size = width * [0.1, 0.06, 0.045, 0.035, 0.028][index]!
    const [x, y] = [width * (0.14 + ((index * 0.37) % 0.8)), height * random.between(0.14, 0.42)]
    const body =
      'M0 -1C0.62 -1 1 -0.55 1 -0.02C1 0.5 0.4 0.85 0.2 1.2H-0.2C-0.4 0.85 -1 0.5 -1 -0.02C-1 -0.55 -0.62 -1 0 -1Z'
    const band =
      'M0 -1C0.3 -1 0.5 -0.5 0.5 0C0.5 0.5 0.2 0.85 0.1 1.2H-0.1C-0.2 0.85 -0.5 0.5 -0.5 0C-0.5 -0.5 -0.3 -1 0 -1Z'
    add(
      group(
        `translate(${x} ${y}) scale(${size})`,
        path(body, silk),
        path(band, stripe),
        path(
          'M0 -1C0.12 -1 0.17 -0.5 0.17 0S0.1 0.85 0.05 1.2H-0.05C-0.1 0.85 -0.17 0.5 -0.17 0S-0.12 -1 0 -1Z',
          silk,
        ),
        path('M-0.17 1.2L-0.13 1.5M0.17 1.2L0.13 1.5', ['none', 'stroke="#5b4636" stroke-width="0.04"']),
        rect([-0.2, 1.45], [0.4, 0.3], ['#7a5230', 'rx="0.06"']),
      ),
    )
  }
}
