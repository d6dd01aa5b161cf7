import type { Canvas, Scene } from './canvas.ts'
import { leaf } from './flowers.ts'
import { circle, ellipse, mix, path, type Point, polygon, rect, stroke } from './shapes.ts'

/** The contents of a shelf. */
export interface Shelf {
  holds: 'books' | 'plants' | 'pots' | 'records'
  wall: string
  wood?: string
  colors: readonly string[]
}

/** Three boards with a person's favorite things. */
export function shelf({ holds, wall, wood = '#a8703f', colors }: Shelf): Scene {
  return (canvas) => {
    const { width, height, add, linear, glow } = canvas
    add(
      rect([0, 0], [width, height], linear([mix(wall, '#ffffff', 0.15), wall])),
      circle([width * 0.2, height * 0.1], width * 0.7, glow('#fff4dc', 0.4)),
    )
    for (const share of [0.34, 0.64, 0.94]) {
      const board = share * height
      fill(canvas, { holds, board, colors })
      add(
        rect([width * 0.06, board], [width * 0.88, height * 0.022], wood),
        rect(
          [width * 0.06, board + height * 0.022],
          [width * 0.88, height * 0.014],
          ['#1a0f14', 'fill-opacity="0.18"'],
        ),
      )
    }
  }
}

interface Board {
  holds: Shelf['holds']
  board: number
  colors: readonly string[]
}

function fill(canvas: Canvas, { holds, board, colors }: Board): void {
  const { width, height, random } = canvas
  const end = width * 0.92
  for (let x = width * 0.09; x < end;) {
    const color = mix(random.pick(colors), random.pick(['#ffffff', '#000000']), random.between(0, 0.15))
    if (holds === 'books' || holds === 'records') {
      const wide = width * (holds === 'books' ? random.between(0.022, 0.05) : random.between(0.012, 0.02))
      if (x + wide > end) return
      const tall = height * (holds === 'books' ? random.between(0.15, 0.225) : 0.2)
      if (holds === 'books' && random.chance(0.09) && x + width * 0.15 < end) {
        drawPlant(canvas, [x + width * 0.07, board], random.pick(['#c8744a', '#e8e2d8', '#3d6a80']))
        x += width * 0.15
      } else {
        drawSpine(canvas, { x, board, wide, tall, color })
        x += wide + 1
      }
    } else {
      const place = width * 0.2
      if (x + place * 0.8 > end) return
      if (holds === 'plants') drawPlant(canvas, [x + place * 0.45, board], color)
      else drawPot(canvas, [x + place * 0.45, board], color)
      x += place
    }
  }
}

interface Spine {
  x: number
  board: number
  wide: number
  tall: number
  color: string
}

function drawSpine({ add, random }: Canvas, { x, board, wide, tall, color }: Spine): void {
  const top = board - tall
  add(
    rect([x, top], [wide, tall], [color, 'rx="2"']),
    rect([x, top], [wide * 0.2, tall], ['#ffffff', 'fill-opacity="0.16"']),
    rect([x + wide * 0.85, top], [wide * 0.15, tall], ['#000000', 'fill-opacity="0.14"']),
  )
  const band = random.pick(['#f2e3c0', '#ffffff', '#2a1e22', '#e6c46a'])
  if (wide > 20)
    add(
      rect([x, top + tall * 0.12], [wide, tall * 0.03], band),
      rect([x, top + tall * 0.82], [wide, tall * 0.03], band),
      rect(
        [x + wide * 0.38, top + tall * 0.24],
        [wide * 0.24, tall * random.between(0.2, 0.5)],
        [band, 'rx="2"'],
      ),
    )
}

function drawPlant({ add, width, random }: Canvas, [x, foot]: Point, pot: string): void {
  const size = width * 0.062
  const top = foot - size * 1.25
  const green = random.pick(['#4f9460', '#6aa84f', '#3f7d6a', '#7a9a5a'])
  const kind = random.pick(['fan', 'fan', 'cactus', 'hanging', 'tall'])
  if (kind === 'cactus') {
    add(
      rect([x - size * 0.38, top - size * 1.6], [size * 0.76, size * 1.8], [green, `rx="${size * 0.38}"`]),
      stroke(`M${x + size * 0.3} ${top - size * 0.5}h${size * 0.4}v${-size * 0.6}`, green, size * 0.34),
      stroke(
        `M${x - size * 0.12} ${top - size * 1.3}v${size * 1.2}M${x + size * 0.14} ${top - size * 1.3}v${size * 1.2}`,
        mix(green, '#ffffff', 0.35),
        3,
      ),
      circle([x, top - size * 1.62], size * 0.2, '#e76f9a'),
    )
  }
  const blades = { fan: 9, tall: 5, cactus: 0, hanging: 7 }[kind] ?? 0
  for (let index = 0; index < blades; index++) {
    const share = blades > 1 ? index / (blades - 1) - 0.5 : 0
    const [long, turn] =
      kind === 'tall'
        ? [size * random.between(1.9, 2.6), share * 40]
        : [size * random.between(1.2, 1.8), share * 150]
    add(
      leaf(
        [x + share * size * 0.7, top + size * 0.2],
        [long, turn],
        mix(green, '#10382a', random.between(0, 0.5)),
      ),
    )
  }
  if (kind === 'hanging') {
    for (const side of [-1, -0.4, 0.5, 1]) {
      const long = size * random.between(1, 1.5)
      add(
        stroke(
          `M${x + side * size * 0.4} ${top}Q${x + side * size * 1.4} ${top} ${x + side * size * 1.2} ${top + long}`,
          green,
          4,
        ),
      )
      for (const share of [0.3, 0.6, 0.95])
        add(
          circle(
            [x + side * size * (0.8 + 0.4 * share), top + long * share ** 1.4],
            size * 0.17,
            mix(green, '#ffffff', share * 0.2),
          ),
        )
    }
  }
  add(
    polygon(
      [
        [x - size * 0.75, top],
        [x + size * 0.75, top],
        [x + size * 0.55, foot],
        [x - size * 0.55, foot],
      ],
      pot,
    ),
    polygon(
      [
        [x + size * 0.3, top],
        [x + size * 0.75, top],
        [x + size * 0.55, foot],
        [x + size * 0.25, foot],
      ],
      ['#000000', 'fill-opacity="0.1"'],
    ),
    rect(
      [x - size * 0.82, top - size * 0.05],
      [size * 1.64, size * 0.28],
      [mix(pot, '#ffffff', 0.12), 'rx="3"'],
    ),
  )
}

/** A vase, a bowl or a jug, as a potter makes them. */
function drawPot({ add, width, random, linear }: Canvas, [x, foot]: Point, color: string): void {
  const size = width * 0.075 * random.between(0.85, 1.1)
  const glaze = mix(color, '#2a1e22', 0.35)
  const shapes = {
    vase: `M${-size * 0.3} ${-size * 2.2}C${-size * 0.25} ${-size * 1.6} ${-size} ${-size * 1.4} ${-size * 0.85} ${-size * 0.7}C${-size * 0.75} ${-size * 0.2} ${-size * 0.5} 0 ${-size * 0.45} 0H${size * 0.45}C${size * 0.5} 0 ${size * 0.75} ${-size * 0.2} ${size * 0.85} ${-size * 0.7}C${size} ${-size * 1.4} ${size * 0.25} ${-size * 1.6} ${size * 0.3} ${-size * 2.2}Z`,
    bowl: `M${-size} ${-size * 0.95}C${-size * 0.95} ${-size * 0.3} ${-size * 0.5} ${-size * 0.08} ${-size * 0.4} 0H${size * 0.4}C${size * 0.5} ${-size * 0.08} ${size * 0.95} ${-size * 0.3} ${size} ${-size * 0.95}Z`,
    jug: `M${-size * 0.55} ${-size * 1.9}L${-size * 0.75} ${-size * 0.5}Q${-size * 0.75} 0 ${-size * 0.5} 0H${size * 0.5}Q${size * 0.75} 0 ${size * 0.75} ${-size * 0.5}L${size * 0.5} ${-size * 1.75}Z`,
  }
  const kind = random.pick(['vase', 'bowl', 'jug'] as const)
  const middle = { vase: -0.75, bowl: -0.55, jug: -0.6 }[kind] * size
  if (kind === 'jug')
    add(
      stroke(
        `M${x + size * 0.6} ${foot - size * 1.4}q${size * 0.8} ${size * 0.1} ${size * 0.1} ${size}`,
        color,
        size * 0.16,
      ),
    )
  add(
    `<g transform="translate(${x} ${foot})">${path(shapes[kind], linear([mix(color, '#ffffff', 0.3), color, mix(color, '#000000', 0.3)], true))}${ellipse([0, middle], [size * 0.1, size * 0.1], glaze)}${[-0.45, 0.45].map((side) => circle([side * size, middle], size * 0.07, glaze)).join('')}</g>`,
  )
}
