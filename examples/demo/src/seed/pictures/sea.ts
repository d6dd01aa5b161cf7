import type { Canvas, Scene } from './canvas.ts'
import {
  circle,
  curve,
  ellipse,
  faint,
  group,
  mix,
  path,
  type Point,
  polygon,
  rect,
  stroke,
} from './shapes.ts'
import { drawBirds, drawClouds, drawDisc, drawSky, type Hour, lights } from './sky.ts'

/** What is at the sea. */
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

function drawBoat({ add, width }: Canvas, [x, y]: Point, hour: Hour): void {
  const [hull, sail] =
    hour === 'day' ? ['#b23a48', '#ffffff'] : ['#2a1830', mix('#fff2e0', lights[hour].haze, 0.3)]
  add(
    group(
      `translate(${x} ${y}) scale(${width * 0.075})`,
      ellipse([0, 0.3], [1.5, 0.1], ['#06122a', 'fill-opacity="0.25"']),
      path('M-1.1 -0.05H1.2L0.85 0.32H-0.85Z', hull ?? ''),
      path('M0 -2.4V-0.1', ['none', 'stroke="#3b2a22" stroke-width="0.06"']),
      path('M0.08 -2.35Q1.2 -1.2 1.15 -0.2H0.08Z', sail ?? ''),
      path('M-0.08 -2Q-0.6 -1 -0.95 -0.2H-0.08Z', mix(sail ?? '#ffffff', '#b08060', 0.25)),
    ),
  )
}

function drawLighthouse({ add, width, height, glow }: Canvas, hour: Hour, horizon: number): void {
  const dark = hour === 'night' || hour === 'dusk'
  const rock = dark ? '#15122c' : '#4c5560'
  const [x, foot, size] = [width * 0.76, horizon + height * 0.08, width * 0.055]
  const cliff: Point[] = [
    [1, 0.86],
    [0.93, 0.6],
    [0.85, 0.575],
    [0.7, 0.57],
    [0.62, 0.64],
    [0.5, 0.74],
    [0.44, 0.9],
  ].map(([left = 0, down = 0]): Point => [left * width, down * height])
  if (dark)
    add(
      polygon(
        [
          [x, foot - size * 6.3],
          [0, foot - size * 9],
          [0, foot - size * 5.2],
        ],
        ['#ffe7a8', 'fill-opacity="0.28"'],
      ),
    )
  add(
    polygon([[width, height], ...cliff, [width * 0.4, height]], rock),
    polygon(
      [
        [width, height],
        [width, height * 0.75],
        [width * 0.8, height * 0.7],
        [width * 0.6, height],
      ],
      mix(rock, '#000000', 0.25),
    ),
  )
  const tower = (from: number, to: number): Point[] => {
    const half = (high: number): number => size * (0.85 - high * 0.06)
    return [
      [x - half(from), foot - from * size],
      [x + half(from), foot - from * size],
      [x + half(to), foot - to * size],
      [x - half(to), foot - to * size],
    ]
  }
  for (let band = 0; band < 5; band++)
    add(polygon(tower(band * 1.1, band * 1.1 + 1.1), band % 2 ? '#f6f0e6' : '#c8403f'))
  add(
    polygon(
      [
        [x, foot],
        [x + size * 0.85, foot],
        [x + size * 0.52, foot - size * 5.5],
        [x, foot - size * 5.5],
      ],
      ['#10102a', 'fill-opacity="0.2"'],
    ),
    rect([x - size * 0.75, foot - size * 5.75], [size * 1.5, size * 0.25], '#2b2b33'),
    rect([x - size * 0.4, foot - size * 6.7], [size * 0.8, size], dark ? '#ffe9a0' : '#cfe7ee'),
    polygon(
      [
        [x - size * 0.6, foot - size * 6.65],
        [x, foot - size * 7.5],
        [x + size * 0.6, foot - size * 6.65],
      ],
      '#8f2d2f',
    ),
  )
  if (dark) add(circle([x, foot - size * 6.2], size * 3, glow('#ffe7a8', 0.9)))
}

/** Sand with a parasol, a towel and a ball. */
function drawBeach({ add, width, height, random, linear }: Canvas, top: number): void {
  const shore = (shift: number): string => {
    const points = Array.from({ length: 9 }, (_, index): Point => [
      (index / 8) * width,
      top + shift + Math.sin(index * 1.3 + shift) * height * 0.014,
    ])
    return `${curve(points)}V${height}H0Z`
  }
  add(
    path(shore(-height * 0.03), ['#ffffff', 'fill-opacity="0.55"']),
    path(shore(-height * 0.012), ['#ffffff', 'fill-opacity="0.8"']),
    path(shore(0), linear(['#e3c48d', '#f6e3b8'])),
  )
  for (let index = 0; index < 60; index++)
    add(
      circle(
        [random.between(0, width), random.between(top + height * 0.04, height)],
        random.between(1, 2.4),
        ['#c9a66b', 'fill-opacity="0.6"'],
      ),
    )
  const [x, y, size] = [width * random.between(0.3, 0.6), height * 0.83, width * 0.15]
  const slices = [-1, -0.6, -0.2, 0.2, 0.6].map((from, index) =>
    path(
      `M${from} 0Q${from * 0.6} -0.75 0 -0.9Q${(from + 0.4) * 0.6} -0.75 ${from + 0.4} 0Q${from + 0.2} -0.14 ${from} 0Z`,
      index % 2 ? '#fff7ec' : '#e4572e',
    ),
  )
  add(
    polygon(
      [
        [x + size * 0.2, y + size * 0.5],
        [x + size * 1.5, y + size * 0.5],
        [x + size * 1.75, y + size * 0.8],
        [x + size * 0.3, y + size * 0.8],
      ],
      '#2a9d8f',
    ),
    polygon(
      [
        [x + size * 0.6, y + size * 0.5],
        [x + size * 0.85, y + size * 0.5],
        [x + size, y + size * 0.8],
        [x + size * 0.7, y + size * 0.8],
      ],
      '#f4f1de',
    ),
    ellipse([x + size * 0.1, y + size * 0.62], [size * 0.9, size * 0.14], ['#7a5a2a', 'fill-opacity="0.3"']),
    group(
      `translate(${x} ${y}) rotate(-8) scale(${size})`,
      path('M0 -0.9V0.62', ['none', 'stroke="#6b4a2f" stroke-width="0.05"']),
      ...slices,
    ),
    circle([x - size * 1.1, y + size * 0.55], size * 0.2, '#f2c14e'),
    path(
      `M${x - size * 1.3} ${y + size * 0.55}a${size * 0.2} ${size * 0.2} 0 0 1 ${size * 0.4} 0Z`,
      '#3d5a98',
    ),
  )
}

function drawWhale({ add, width }: Canvas, [x, y]: Point, skin: string): void {
  add(
    group(
      `translate(${x} ${y}) scale(${width * 0.16})`,
      faint(0.3, ellipse([0, 0.06], [1.3, 0.12], '#ffffff')),
      path(
        'M-0.3 0.06C-0.16 -0.3 -0.16 -0.6 -0.1 -0.84C-0.4 -0.98 -0.85 -0.9 -1.15 -1.3C-1.2 -0.75 -0.75 -0.52 -0.32 -0.55C-0.1 -0.55 -0.05 -0.6 0.02 -0.62C0.1 -0.6 0.2 -0.55 0.4 -0.58C0.8 -0.6 1.2 -0.85 1.15 -1.4C0.9 -1.05 0.5 -1.05 0.16 -0.86C0.2 -0.6 0.24 -0.3 0.42 0.06Z',
        skin,
      ),
      path('M-0.7 0.08q0.2 -0.16 0.4 0t0.4 0t0.4 0t0.4 0', [
        'none',
        'stroke="#ffffff" stroke-width="0.05" fill-opacity="0.7"',
      ]),
    ),
  )
}
