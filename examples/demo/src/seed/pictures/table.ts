import type { Canvas, Scene } from './canvas.ts'
import { dishes, type Served } from './dishes.ts'
import { leaf } from './flowers.ts'
import { circle, faint, group, mix, path, type Point, rect, stroke } from './shapes.ts'

/** The things on a table, seen from above. */
export type Dish = Served | 'citrus'

/** A dish on a cloth, with something small next to it. */
export function table(dish: Dish, cloth: string, plate = '#f7f3ea'): Scene {
  return (canvas) => {
    const { width, height, add } = canvas
    drawCloth(canvas, cloth)
    const size = Math.min(width, height) * 0.34
    const [x, y]: Point = [width / 2, height * 0.5]
    if (dish === 'citrus') return drawCitrus(canvas)
    add(
      circle([x + size * 0.06, y + size * 0.09], size * 1.03, ['#1a0f14', 'fill-opacity="0.28"']),
      circle([x, y], size, mix(plate, '#000000', 0.06)),
      circle([x, y], size * 0.96, plate),
      circle([x, y], size * 0.74, mix(plate, '#000000', 0.05)),
    )
    add(group(`translate(${x} ${y}) scale(${size})`, dishes[dish](canvas)))
    drawBeside(canvas, dish)
  }
}

function drawCloth({ width, height, add, random, linear }: Canvas, color: string): void {
  add(rect([0, 0], [width, height], linear([mix(color, '#ffffff', 0.1), mix(color, '#000000', 0.08)])))
  const boards = random.chance(0.5)
  const step = boards ? width / 6 : width / 9
  for (let index = 0; index < 14; index++) {
    if (boards) add(rect([index * step, 0], [5, height], mix(color, '#000000', 0.14)))
    else if (index % 2)
      add(
        rect([index * step, 0], [step, height], [mix(color, '#ffffff', 0.4), 'fill-opacity="0.3"']),
        rect([0, index * step], [width, step], [mix(color, '#ffffff', 0.4), 'fill-opacity="0.3"']),
      )
  }
}

/** Cutlery, or a biscuit with the coffee. */
function drawBeside({ width, height, add, random }: Canvas, dish: Served): void {
  const [x, y, long] = [width * 0.91, height * 0.5, Math.min(width, height) * 0.46]
  const shade = faint(0.25, rect([x - 4, y - long / 2 + 10], [18, long], ['#1a0f14', 'rx="9"']))
  if (dish === 'noodles') {
    const sticks = [-0.02, 0.02].map((side) =>
      stroke(`M${x + side * width} ${y - long / 2}L${x - side * width * 0.3} ${y + long / 2}`, '#8a4a2a', 12),
    )
    add(...sticks)
  } else if (dish === 'coffee') {
    const at: Point = [width * 0.16, height * 0.78]
    add(
      circle([at[0] + 5, at[1] + 8], width * 0.075, ['#1a0f14', 'fill-opacity="0.25"']),
      circle(at, width * 0.075, '#c98d4e'),
      circle(at, width * 0.068, '#d9a466'),
    )
    for (let index = 0; index < 9; index++)
      add(
        circle(
          [at[0] + random.between(-0.045, 0.045) * width, at[1] + random.between(-0.045, 0.045) * width],
          width * 0.009,
          '#5b3320',
        ),
      )
    add(
      leaf([width * 0.84, height * 0.22], [width * 0.12, 30], '#5f8a5a'),
      leaf([width * 0.84, height * 0.22], [width * 0.1, 80], '#4a7850'),
    )
  } else {
    add(
      shade,
      rect([x - 6, y - long * 0.1], [12, long * 0.6], ['#d5d8dc', 'rx="6"']),
      rect([x - 18, y - long * 0.22], [36, long * 0.16], ['#d5d8dc', 'rx="14"']),
    )
    for (const tine of [-15, -5, 5, 15])
      add(rect([x + tine - 2.5, y - long * 0.5], [5, long * 0.34], ['#d5d8dc', 'rx="2.5"']))
  }
}

/** Slices of oranges, lemons, limes and grapefruits in rows. */
function drawCitrus({ width, height, add, random }: Canvas): void {
  const size = width / 4
  const peels = [
    ['#f08a24', '#f9b45c'],
    ['#f2cf3a', '#f9e68a'],
    ['#7ab648', '#c4e08a'],
    ['#e8705a', '#f4a08a'],
  ] as const
  for (let row = -1; row < height / size + 1; row++) {
    for (let column = -1; column < 5; column++) {
      const [peel, flesh] = random.pick(peels)
      const [x, y] = [(column + (row % 2 ? 0.5 : 0)) * size + size / 2, row * size * 0.92 + size / 2]
      const slices = Array.from({ length: 9 }, (_, index) =>
        group(
          `rotate(${index * 40})`,
          path('M0 -0.08L0.2 -0.66Q0 -0.8 -0.2 -0.66Z', [
            flesh,
            `stroke="${flesh}" stroke-width="0.06" stroke-linejoin="round"`,
          ]),
        ),
      )
      const shadow = circle([0.06, 0.1], 0.98, ['#1a0f14', 'fill-opacity="0.2"'])
      add(
        group(
          `translate(${x} ${y}) rotate(${random.whole(0, 40)}) scale(${size * 0.44})`,
          shadow,
          circle([0, 0], 1, peel),
          circle([0, 0], 0.9, '#fff7e2'),
          ...slices,
        ),
      )
    }
  }
}
