import type { Canvas, Scene } from './canvas.ts'
import { circle, curve, group, path, type Point, polygon, rect, stroke } from './shapes.ts'

/** The kinds of abstract poster. */
export type Style = 'arches' | 'tiles' | 'sun' | 'waves' | 'leaves' | 'shapes'

/** A print of a few flat colors; the first is its paper. */
export function poster(style: Style, colors: readonly string[]): Scene {
  return (canvas) => {
    const { width, height, add } = canvas
    const [paper = '#f4ecdf', ...inks] = colors
    add(rect([0, 0], [width, height], paper))
    styles[style](canvas, inks, paper)
  }
}

type Print = (canvas: Canvas, inks: readonly string[], paper: string) => void

const ink = (inks: readonly string[], index: number): string => inks[index % inks.length] ?? '#333333'

const styles: Readonly<Record<Style, Print>> = {
  arches({ width, height, add }, inks) {
    const arch = (at: Point, half: number, index: number): string =>
      path(
        `M${at[0] - half} ${at[1]}V${at[1] - half}A${half} ${half} 0 0 1 ${at[0] + half} ${at[1] - half}V${at[1]}Z`,
        ink(inks, index),
      )
    const foot = height * 0.86
    const half = width * 0.3
    for (let ring = 0; ring < 5; ring++) add(arch([width * 0.42, foot], half * (1 - ring * 0.19), ring))
    for (let ring = 0; ring < 3; ring++)
      add(arch([width * 0.76, foot], half * 0.5 * (1 - ring * 0.3), ring + 2))
    add(
      circle([width * 0.74, height * 0.26], width * 0.1, ink(inks, 1)),
      rect([width * 0.1, foot], [width * 0.84, height * 0.012], ink(inks, 3)),
    )
  },
  tiles({ width, height, add, random }, inks, paper) {
    const columns = 5
    const size = width / columns
    for (let row = 0; row < height / size; row++) {
      for (let column = 0; column < columns; column++) {
        const [back, front] = random.shuffle([...inks, paper])
        const [x, y] = [column * size, row * size]
        add(rect([x, y], [size + 1, size + 1], back ?? paper))
        const shape = random.pick([
          path('M0 0H1A1 1 0 0 1 0 1Z', front ?? paper),
          circle([0.5, 0.5], 0.36, front ?? paper),
          path('M0 0A0.5 0.5 0 0 0 1 0ZM0 1A0.5 0.5 0 0 1 1 1Z', front ?? paper),
          polygon(
            [
              [0, 1],
              [1, 0],
              [1, 1],
            ],
            front ?? paper,
          ),
          path('M0 0H1V1A1 1 0 0 1 0 0Z', front ?? paper),
        ])
        add(
          group(
            `translate(${x + size / 2} ${y + size / 2}) rotate(${random.whole(0, 3) * 90}) scale(${size}) translate(-0.5 -0.5)`,
            shape,
          ),
        )
      }
    }
  },
  sun({ width, height, add }, inks, paper) {
    const [x, y, radius] = [width / 2, height * 0.42, width * 0.3]
    add(circle([x, y], radius, ink(inks, 0)))
    for (let band = 0; band < 6; band++)
      add(rect([0, y + radius * (0.1 + band * 0.16)], [width, radius * (0.02 + band * 0.018)], paper))
    for (let layer = 0; layer < 4; layer++) {
      const points = Array.from({ length: 9 }, (_, index): Point => [
        (index / 8) * width,
        height * (0.68 + layer * 0.075) + Math.sin(index * 0.9 + layer * 1.7) * height * 0.025,
      ])
      add(path(`${curve(points)}V${height}H0Z`, ink(inks, layer + 1)))
    }
  },
  waves({ width, height, add }, inks) {
    const step = width * 0.11
    for (let row = 0; row * step * 0.5 < height + step * 2; row++) {
      for (let column = -1; column < 6; column++) {
        const at: Point = [(column + (row % 2) / 2) * step * 2, row * step * 0.5 + step * 0.4]
        for (let ring = 0; ring < 4; ring++)
          add(circle(at, step * (1 - ring * 0.25), ink(inks, ring + (row % 3 === 0 ? 1 : 0))))
      }
    }
  },
  leaves({ width, height, add, random }, inks, paper) {
    add(circle([width * 0.62, height * 0.34], width * 0.22, ink(inks, 0)))
    for (const [index, [x = 0, foot = 0, tall = 0]] of [
      [0.3, 0.94, 0.62],
      [0.52, 0.96, 0.72],
      [0.73, 0.94, 0.5],
    ].entries()) {
      const color = ink(inks, index + 1)
      const [left, top] = [x * width, (foot - tall) * height]
      add(stroke(`M${left} ${foot * height}V${top}`, color, width * 0.008))
      for (let step = 0; step < 9; step++) {
        const size = width * (0.15 - step * 0.009) * random.between(0.9, 1.1)
        const y = foot * height - (step + 0.8) * ((tall * height) / 9.5)
        const blade = (side: number): string =>
          group(
            `translate(${left} ${y}) rotate(${side * 58}) scale(${size})`,
            path('M0 0C0.3 -0.25 0.25 -0.75 0 -1C-0.25 -0.75 -0.3 -0.25 0 0Z', color),
            stroke('M0 0V-0.85', paper, 0.012),
          )
        add(blade(1), blade(-1))
      }
    }
  },
  shapes({ width, height, add, random }, inks) {
    const middle: Point = [width / 2, height / 2]
    const [a, b, c, d] = random.shuffle(inks)
    add(
      circle([middle[0] - width * 0.12, middle[1] - height * 0.1], width * 0.27, a ?? '#333333'),
      rect(
        [middle[0] - width * 0.02, middle[1] - height * 0.02],
        [width * 0.34, height * 0.32],
        [b ?? '#333333', 'fill-opacity="0.92"'],
      ),
      polygon(
        [
          [width * 0.14, height * 0.84],
          [width * 0.42, height * 0.46],
          [width * 0.62, height * 0.84],
        ],
        [c ?? '#333333', 'fill-opacity="0.92"'],
      ),
      path(
        `M${width * 0.56} ${height * 0.3}a${width * 0.16} ${width * 0.16} 0 0 1 ${width * 0.32} 0Z`,
        d ?? '#333333',
      ),
      stroke(`M${width * 0.12} ${height * 0.9}H${width * 0.88}`, d ?? '#333333', width * 0.012),
    )
    for (let index = 0; index < 25; index++)
      add(
        circle(
          [width * (0.14 + (index % 5) * 0.035), height * (0.12 + Math.floor(index / 5) * 0.03)],
          width * 0.007,
          d ?? '#333333',
        ),
      )
  },
}
