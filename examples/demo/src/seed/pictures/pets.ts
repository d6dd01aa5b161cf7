import type { Canvas, Scene } from './canvas.ts'
import { leaf } from './flowers.ts'
import { circle, ellipse, group, mix, path, polygon, rect, stroke } from './shapes.ts'

/** A cat or a dog, and where it is. */
export interface Pet {
  kind: 'cat' | 'dog'
  coat: string
  /** The color of the chest and the muzzle. */
  light: string
  wall: string
  eyes?: 'open' | 'shut'
  scarf?: string
}

/** A pet that looks at the viewer, in front of a window or on a cushion. */
export function pet({ kind, coat, light, wall, eyes = 'open', scarf = '#d1495b' }: Pet): Scene {
  return (canvas) => {
    const { width, height, add, linear, random } = canvas
    add(rect([0, 0], [width, height], linear([mix(wall, '#ffffff', 0.12), mix(wall, '#000000', 0.06)])))
    if (random.chance(0.5)) drawWindow(canvas, wall)
    else drawPictures(canvas, wall)
    drawPlant(canvas)
    const floor = height * 0.84
    add(
      rect(
        [0, floor],
        [width, height - floor],
        linear([mix(wall, '#5b3a26', 0.65), mix(wall, '#3a2418', 0.75)]),
      ),
    )
    add(
      ellipse([width / 2, height * 0.87], [width * 0.36, height * 0.07], mix(scarf, '#000000', 0.2)),
      ellipse([width / 2, height * 0.855], [width * 0.36, height * 0.065], mix(scarf, '#ffffff', 0.12)),
    )
    const drawn = kind === 'cat' ? cat({ coat, light, eyes }) : dog({ coat, light, eyes })
    const collar = path('M-0.3 -0.98Q0 -0.78 0.3 -0.98L0.33 -0.86Q0 -0.64 -0.33 -0.86Z', scarf)
    add(
      group(
        `translate(${width / 2} ${height * 0.86}) scale(${width * 0.29})`,
        drawn.body,
        collar,
        circle([0, -0.72], 0.07, '#f2c14e'),
        drawn.head,
      ),
    )
  }
}

type Look = Required<Pick<Pet, 'coat' | 'light' | 'eyes'>>

interface Drawn {
  body: string
  head: string
}

function face({ eyes }: Look, [apart, y]: readonly [number, number]): string {
  const eye = (x: number): string =>
    eyes === 'shut'
      ? stroke(`M${x - 0.09} ${y}q0.09 0.09 0.18 0`, '#2a1e22', 0.03)
      : ellipse([x, y], [0.075, 0.09], '#2a1e22') + circle([x + 0.025, y - 0.035], 0.025, '#ffffff')
  return eye(-apart) + eye(apart)
}

function cat(look: Look): Drawn {
  const { coat, light } = look
  const dark = mix(coat, '#000000', 0.2)
  const ear = (side: number): string =>
    group(
      `scale(${side} 1)`,
      polygon(
        [
          [0.1, -1.68],
          [0.42, -2.06],
          [0.5, -1.45],
        ],
        coat,
      ),
      polygon(
        [
          [0.22, -1.68],
          [0.38, -1.9],
          [0.43, -1.55],
        ],
        '#e8a0a0',
      ),
    )
  const whiskers = [-1, 1].map((side) =>
    stroke(
      `M${side * 0.2} -1.2l${side * 0.4} -0.05M${side * 0.2} -1.16l${side * 0.4} 0.05`,
      mix(light, '#888888', 0.3),
      0.014,
    ),
  )
  const stripes = [-0.14, 0, 0.14].map((x) => stroke(`M${x} -1.74v0.16`, dark, 0.05))
  return {
    body:
      stroke('M0.45 -0.1C1 -0.05 1.05 -0.5 0.85 -0.8', coat, 0.17) +
      path('M-0.55 0C-0.65 -0.7 -0.35 -1.15 0 -1.15S0.65 -0.7 0.55 0Q0 0.12 -0.55 0Z', coat) +
      path('M-0.22 0.02C-0.3 -0.5 -0.15 -0.95 0 -0.95S0.3 -0.5 0.22 0.02Z', light) +
      ellipse([-0.24, 0], [0.18, 0.1], light) +
      ellipse([0.24, 0], [0.18, 0.1], light),
    head:
      ear(1) +
      ear(-1) +
      ellipse([0, -1.36], [0.54, 0.45], coat) +
      stripes.join('') +
      ellipse([0, -1.18], [0.26, 0.19], light) +
      face(look, [0.22, -1.4]) +
      path('M-0.06 -1.26H0.06L0 -1.19Z', '#d9807f') +
      stroke('M0 -1.19V-1.14M-0.1 -1.1Q-0.03 -1.08 0 -1.14Q0.03 -1.08 0.1 -1.1', '#5a3a3a', 0.022) +
      whiskers.join(''),
  }
}

function dog(look: Look): Drawn {
  const { coat, light } = look
  const dark = mix(coat, '#000000', 0.28)
  const ear = (side: number): string =>
    group(
      `scale(${side} 1)`,
      path('M0.3 -1.75C0.62 -1.8 0.72 -1.4 0.64 -1.05C0.58 -0.9 0.44 -1 0.4 -1.25Z', dark),
    )
  return {
    body:
      stroke('M0.5 -0.15C0.85 -0.25 0.95 -0.5 0.95 -0.75', coat, 0.16) +
      path('M-0.58 0C-0.65 -0.75 -0.35 -1.15 0 -1.15S0.65 -0.75 0.58 0Q0 0.12 -0.58 0Z', coat) +
      path('M-0.25 -0.1C-0.32 -0.6 -0.16 -1 0 -1S0.32 -0.6 0.25 -0.1Q0 0.05 -0.25 -0.1Z', light) +
      ellipse([-0.26, 0], [0.2, 0.11], coat) +
      ellipse([0.26, 0], [0.2, 0.11], coat) +
      stroke('M-0.32 0.03v-0.07M-0.2 0.04v-0.07M0.2 0.04v-0.07M0.32 0.03v-0.07', dark, 0.025),
    head:
      ellipse([0, -1.4], [0.48, 0.47], coat) +
      path('M-0.09 -1.85Q0 -1.4 -0.2 -1.12H0.2Q0 -1.4 0.09 -1.85Z', light) +
      ear(1) +
      ear(-1) +
      ellipse([0, -1.15], [0.3, 0.22], light) +
      face(look, [0.21, -1.42]) +
      path('M-0.11 -1.27Q0 -1.33 0.11 -1.27Q0.08 -1.14 0 -1.13Q-0.08 -1.14 -0.11 -1.27Z', '#2a1e22') +
      path('M-0.09 -1.02Q0 -0.98 0.09 -1.02Q0.1 -0.84 0 -0.84Q-0.1 -0.84 -0.09 -1.02Z', '#e8808a') +
      stroke('M0 -1.13V-1.05M-0.18 -1.06Q-0.08 -0.98 0 -1.05Q0.08 -0.98 0.18 -1.06', '#2a1e22', 0.026),
  }
}

function drawWindow({ width, height, add, linear }: Canvas, wall: string): void {
  const [x, y, wide, tall] = [width * 0.08, height * 0.08, width * 0.4, height * 0.46]
  add(
    rect([x - 14, y - 14], [wide + 28, tall + 28], [mix(wall, '#ffffff', 0.7), 'rx="6"']),
    rect([x, y], [wide, tall], linear(['#7fb6dc', '#e6f0e4'])),
    ellipse([x + wide * 0.35, y + tall * 0.3], [wide * 0.22, tall * 0.05], ['#ffffff', 'fill-opacity="0.8"']),
    path(`M${x} ${y + tall * 0.8}q${wide / 2} ${-tall * 0.3} ${wide} 0v${tall * 0.2}h${-wide}Z`, '#7fae7a'),
  )
  add(stroke(`M${x + wide / 2} ${y}v${tall}M${x} ${y + tall / 2}h${wide}`, mix(wall, '#ffffff', 0.7), 12))
}

function drawPictures({ width, height, add, random }: Canvas, wall: string): void {
  for (const [x, y, wide, tall] of [
    [0.1, 0.1, 0.2, 0.26],
    [0.36, 0.08, 0.26, 0.18],
  ] as const) {
    const [left, top] = [x * width, y * height]
    const color = random.pick(['#d97b4a', '#4a7fa0', '#6b8f5a', '#c8608a'])
    add(
      rect([left, top], [wide * width, tall * height], '#5b4030'),
      rect([left + 10, top + 10], [wide * width - 20, tall * height - 20], mix(wall, '#ffffff', 0.8)),
      circle([left + (wide * width) / 2, top + (tall * height) / 2], wide * width * 0.24, color),
    )
  }
}

function drawPlant({ width, height, add }: Canvas): void {
  const [x, foot, size] = [width * 0.84, height * 0.86, width * 0.3]
  for (const [index, turn] of [-62, -36, -12, 14, 38, 60].entries())
    add(
      leaf(
        [x, foot - size * 0.35],
        [size * (1.25 - Math.abs(turn) * 0.006), turn],
        mix('#4f9460', '#1f5040', index / 6),
      ),
    )
  add(
    polygon(
      [
        [x - size * 0.3, foot - size * 0.42],
        [x + size * 0.3, foot - size * 0.42],
        [x + size * 0.22, foot + size * 0.1],
        [x - size * 0.22, foot + size * 0.1],
      ],
      '#c8744a',
    ),
    rect([x - size * 0.33, foot - size * 0.48], [size * 0.66, size * 0.12], ['#d98a5e', 'rx="4"']),
  )
}
