import type { Canvas } from './canvas.ts'
import { circle, curve, ellipse, group, mix, path, type Point, polygon, rect } from './shapes.ts'
import type { Hour } from './sky.ts'

/** A lighthouse on a cliff; it shines when it is dark. */
export function drawLighthouse({ add, width, height, glow }: Canvas, hour: Hour, horizon: number): void {
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
export function drawBeach({ add, width, height, random, linear }: Canvas, top: number): void {
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
