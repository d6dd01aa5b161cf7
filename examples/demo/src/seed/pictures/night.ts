import type { Canvas, Scene } from './canvas.ts'
import { pine } from './hills.ts'
import { circle, curve, ellipse, faint, mix, path, type Point, polygon, rect, stroke } from './shapes.ts'
import { drawDisc, drawStars } from './sky.ts'

/** The features of a night sky. */
export interface NightSky {
  aurora?: boolean
  milkyWay?: boolean
  moon?: boolean
  comet?: boolean
  tent?: boolean
  ground?: 'pines' | 'dunes'
}

/** A sky full of stars above a dark ground. */
export function nightSky({ ground = 'pines', ...has }: NightSky): Scene {
  return (canvas) => {
    const { width, height, random } = canvas
    canvas.add(rect([0, 0], [width, height], canvas.linear(['#050816', '#0d1a3f', '#23416f', '#4c6d8f'])))
    if (has.milkyWay) drawMilkyWay(canvas)
    drawStars(canvas, height * 0.85, has.milkyWay ? 520 : 320)
    if (has.aurora) drawAurora(canvas)
    if (has.moon) drawDisc(canvas, 'night', [width * random.between(0.3, 0.7), height * 0.3, width * 0.1])
    if (has.comet) drawComet(canvas)
    drawGround(canvas, ground)
    if (has.tent) drawTent(canvas, [width * random.between(0.38, 0.6), height * 0.9])
  }
}

/** Curtains of green light, each of many upright strokes that fade upwards. */
function drawAurora(canvas: Canvas): void {
  const { add, width, height, random } = canvas
  for (const [color, level] of [
    ['#5ff0b8', 0.62],
    ['#46c9d8', 0.5],
    ['#a678e8', 0.4],
  ] as const) {
    const [first, second] = [random.between(0, 6), random.between(0, 6)]
    const fill = canvas.linear(['#00000000', `${color}55`, `${color}c0`, `${color}00`])
    const strips = Array.from({ length: 110 }, (_, index) => {
      const x = index / 110
      const y = height * (level + 0.07 * Math.sin(x * 5 + first) + 0.04 * Math.sin(x * 11 + second))
      const high = height * (0.3 + 0.1 * Math.sin(x * 23 + second) + random.between(0, 0.07))
      return rect([x * width, y - high], [width / 85, high], fill)
    })
    add(faint(0.42, ...strips))
  }
}

function drawMilkyWay({ add, width, height, random, glow }: Canvas): void {
  const fills = ['#7f9be8', '#a88fe0', '#e8c8b0'].map((color) => glow(color, 0.16))
  const along = (): readonly [number, number] => [
    random.between(-0.05, 1.05),
    random.next() + random.next() + random.next() - 1.5,
  ]
  const place = ([far, across]: readonly [number, number], breadth: number): Point => [
    width * (far + across * breadth),
    height * (0.88 - far * 0.9 + across * breadth * 0.6),
  ]
  for (let index = 0; index < 110; index++) {
    const radius = width * random.between(0.06, 0.15)
    add(circle(place(along(), 0.1), radius, random.pick(fills)))
  }
  for (let index = 0; index < 700; index++) {
    const more = `fill-opacity="${random.between(0.3, 0.9).toFixed(1)}"`
    add(circle(place(along(), 0.16), random.between(0.5, 1.7), ['#ffffff', more]))
  }
}

function drawComet(canvas: Canvas): void {
  const { add, width, height } = canvas
  const [x, y, long] = [width * 0.62, height * 0.3, width * 0.42]
  add(
    polygon(
      [
        [x, y - 5],
        [x, y + 5],
        [x - long, y - long * 0.5],
      ],
      canvas.linear(['#ffffff00', '#dbe8ffd0'], true),
    ),
    circle([x, y], width * 0.04, canvas.glow('#dbe8ff')),
    circle([x, y], 5, '#ffffff'),
  )
}

function drawGround(canvas: Canvas, ground: 'pines' | 'dunes'): void {
  const { add, width, height, random } = canvas
  const [tall, near] = ground === 'pines' ? [0.06, '#04070f'] : [0.09, '#0b1026']
  for (const share of [0, 1]) {
    const shift = random.between(0, 6)
    const y = height * (0.83 + share * 0.06)
    const points = Array.from({ length: 15 }, (_, index): Point => [
      (index / 14) * width,
      y + Math.sin(index * 0.55 + shift) * height * tall * 0.4,
    ])
    const color = mix('#1b2f52', near, 0.45 + share * 0.55)
    if (ground === 'pines') {
      for (let index = 0; index < 34; index++) {
        const high = height * (0.06 + share * 0.05) * random.between(0.6, 1.5)
        add(pine([random.between(0, width), y + height * 0.03], high, color))
      }
    }
    add(path(`${curve(points)}V${height}H0Z`, color))
    if (ground === 'dunes') add(stroke(curve(points), ['#7f95c8', 'stroke-opacity="0.5"'], 2))
  }
}

function drawTent({ add, width, glow }: Canvas, [x, y]: Point): void {
  const size = width * 0.09
  add(
    circle([x, y - size * 0.4], size * 3.2, glow('#ffb45e', 0.55)),
    polygon(
      [
        [x - size * 1.25, y + size * 0.3],
        [x - size * 0.1, y - size],
        [x + size * 0.9, y + size * 0.3],
      ],
      '#ffb04f',
    ),
    polygon(
      [
        [x - size * 0.1, y - size],
        [x + size * 0.9, y + size * 0.3],
        [x + size * 1.35, y + size * 0.12],
      ],
      '#c8702e',
    ),
    polygon(
      [
        [x - size * 0.42, y + size * 0.3],
        [x - size * 0.1, y - size * 0.75],
        [x + size * 0.12, y + size * 0.3],
      ],
      '#ffe2a0',
    ),
  )
}
