import type { Canvas, Scene } from './canvas.ts'
import { circle, curve, ellipse, group, mix, path, type Point, polygon, rect, stroke } from './shapes.ts'

/** A season in the woods. */
export type Season = 'spring' | 'summer' | 'autumn' | 'winter'

interface Wood {
  air: readonly [string, string]
  trunk: string
  leaves: readonly string[]
  ground: string
}

const woods: Readonly<Record<Season, Wood>> = {
  spring: {
    air: ['#dcefe0', '#f6f7dc'],
    trunk: '#5a4a44',
    leaves: ['#f4b8c8', '#f9d3dd', '#e89ab4'],
    ground: '#7fae6a',
  },
  summer: {
    air: ['#bfe3b8', '#f2f6c8'],
    trunk: '#3f3a2c',
    leaves: ['#5fa04e', '#86bf5a', '#3f8048'],
    ground: '#4f8a4a',
  },
  autumn: {
    air: ['#f6dcae', '#fbeecb'],
    trunk: '#4a3328',
    leaves: ['#e08a2e', '#c9502e', '#f2b83f'],
    ground: '#b5722f',
  },
  winter: {
    air: ['#b8cbe0', '#eef3f8'],
    trunk: '#4a5468',
    leaves: ['#ffffff', '#e3ecf5', '#cfdcea'],
    ground: '#f4f8fc',
  },
}

/** A path between trees, paler with distance; sometimes with a fox. */
export function forest({ season, fox = false }: { season: Season; fox?: boolean }): Scene {
  return (canvas) => {
    const { width, height, add, random, linear, glow } = canvas
    const { air, trunk, leaves, ground } = woods[season]
    add(
      rect([0, 0], [width, height], linear(air)),
      circle([width * 0.52, height * 0.38], width * 0.6, glow('#fffbe8', 0.9)),
    )
    for (const row of [0, 1, 2, 3]) {
      const share = row / 3
      const foot = height * (0.62 + share * 0.2)
      for (let index = 0; index < 9 - row * 2; index++) {
        const place = random.next() * (0.5 - share * 0.24) * (random.chance(0.5) ? 1 : -1)
        const x = width * (0.5 + place + Math.sign(place) * share * 0.24)
        drawTree(canvas, {
          x,
          foot,
          size: width * (0.018 + share * 0.05),
          trunk: mix(air[0], trunk, 0.25 + share * 0.75),
          leaves: leaves.map((color) => mix(air[0], color, 0.45 + share * 0.55)),
        })
      }
      const hill = Array.from({ length: 9 }, (_, step): Point => [
        (step / 8) * width,
        foot + Math.sin(step * 0.8 + row) * height * 0.012,
      ])
      add(
        path(
          `${curve(hill)}V${height}H0Z`,
          mix(mix(air[1], ground, 0.4 + share * 0.6), '#10281c', share * 0.12),
        ),
      )
    }
    const track = mix(ground, season === 'winter' ? '#b8c8dc' : '#f2e0b8', 0.6)
    add(
      path(
        `M${width * 0.49} ${height * 0.635}C${width * 0.62} ${height * 0.72} ${width * 0.3} ${height * 0.8} ${width * 0.22} ${height}H${width * 0.74}C${width * 0.6} ${height * 0.84} ${width * 0.66} ${height * 0.72} ${width * 0.505} ${height * 0.635}Z`,
        track,
      ),
    )
    for (let index = 0; index < 130; index++) {
      const [x, y] = [random.between(0, width), height * random.between(0.66, 1)]
      add(
        ellipse(
          [x, y],
          [width * random.between(0.004, 0.009), width * 0.004],
          [random.pick(leaves), 'fill-opacity="0.85"'],
        ),
      )
    }
    if (season === 'winter')
      for (let index = 0; index < 150; index++)
        add(
          circle([random.between(0, width), random.between(0, height)], random.between(1.5, 5), [
            '#ffffff',
            'fill-opacity="0.85"',
          ]),
        )
    if (fox) drawFox(canvas, [width * 0.46, height * 0.9])
  }
}

interface Tree {
  x: number
  foot: number
  size: number
  trunk: string
  leaves: readonly string[]
}

function drawTree({ add, random }: Canvas, { x, foot, size, trunk, leaves }: Tree): void {
  const top = foot - size * random.between(9, 13)
  add(
    polygon(
      [
        [x - size * 0.6, foot + size],
        [x - size * 0.32, top],
        [x + size * 0.32, top],
        [x + size * 0.6, foot + size],
      ],
      trunk,
    ),
  )
  for (const side of [-1, 1])
    add(
      stroke(
        `M${x} ${top + size * 3.4}q${side * size * 1.2} ${-size * 0.6} ${side * size * 2} ${-size * 2.4}`,
        trunk,
        size * 0.28,
      ),
    )
  const crown = Array.from({ length: 34 }, () => {
    const [turn, far] = [random.between(0, 6.3), Math.sqrt(random.next())]
    return circle(
      [x + far * Math.cos(turn) * size * 3.4, top + far * Math.sin(turn) * size * 3],
      size * random.between(0.5, 1.2),
      random.pick(leaves),
    )
  })
  add(...crown)
}

function drawFox({ add, width }: Canvas, [x, y]: Point): void {
  const orange = '#d9692a'
  add(
    group(
      `translate(${x} ${y}) scale(${width * 0.085})`,
      ellipse([0, 0.05], [1.2, 0.12], ['#1a0f14', 'fill-opacity="0.25"']),
      path('M0.5 -0.2C1.2 0.1 1.75 -0.2 1.6 -0.95C1.3 -0.7 0.9 -0.85 0.5 -0.5Z', orange),
      path('M1.42 -0.55C1.6 -0.6 1.68 -0.75 1.6 -0.95C1.5 -0.88 1.38 -0.84 1.28 -0.82Z', '#fff3e4'),
      path('M-0.5 0C-0.6 -0.9 -0.3 -1.2 0 -1.2S0.7 -0.9 0.65 0Z', orange),
      path('M-0.28 0C-0.35 -0.6 -0.2 -0.95 0 -0.95S0.28 -0.6 0.2 0Z', '#fff3e4'),
      ...[-1, 1].map((side) =>
        group(
          `scale(${side} 1)`,
          polygon(
            [
              [0.08, -1.75],
              [0.4, -2.2],
              [0.5, -1.5],
            ],
            orange,
          ),
          polygon(
            [
              [0.22, -1.75],
              [0.36, -1.98],
              [0.42, -1.62],
            ],
            '#3a2430',
          ),
        ),
      ),
      path('M-0.56 -1.5Q0 -2.05 0.56 -1.5Q0.3 -1.05 0 -0.95Q-0.3 -1.05 -0.56 -1.5Z', orange),
      path(
        'M-0.5 -1.42Q-0.2 -1.35 0 -1.1Q0.2 -1.35 0.5 -1.42Q0.3 -1.05 0 -0.95Q-0.3 -1.05 -0.5 -1.42Z',
        '#fff3e4',
      ),
      circle([-0.2, -1.48], 0.06, '#2a1e22'),
      circle([0.2, -1.48], 0.06, '#2a1e22'),
      circle([0, -1.02], 0.08, '#2a1e22'),
    ),
  )
}
