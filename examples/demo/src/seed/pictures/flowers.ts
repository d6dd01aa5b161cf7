import type { Canvas, Scene } from './canvas.ts'
import { circle, curve, ellipse, group, mix, path, type Point, rect, stroke } from './shapes.ts'

/** The kinds of blossom. */
export type Blossom = 'tulip' | 'poppy' | 'daisy' | 'sunflower' | 'lavender' | 'peony'

/** A blossom that grows upwards from 0 0, about one unit wide. */
function blossom(kind: Blossom, color: string): string {
  const dark = mix(color, '#3a0a2a', 0.25)
  const light = mix(color, '#ffffff', 0.3)
  const around = (count: number, petal: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => group(`rotate(${(360 / count) * index})`, petal(index))).join(
      '',
    )
  switch (kind) {
    case 'tulip':
      return (
        path(
          'M-0.34 0.05C-0.5 -0.3 -0.42 -0.6 -0.34 -0.75L-0.12 -0.5L0 -0.82L0.12 -0.5L0.34 -0.75C0.42 -0.6 0.5 -0.3 0.34 0.05C0.2 0.25 -0.2 0.25 -0.34 0.05Z',
          color,
        ) +
        path(
          'M-0.16 0.12C-0.3 -0.2 -0.12 -0.65 0 -0.82C0.12 -0.65 0.3 -0.2 0.16 0.12C0.08 0.2 -0.08 0.2 -0.16 0.12Z',
          [light, 'fill-opacity="0.55"'],
        )
      )
    case 'poppy':
      return (
        around(4, (index) => ellipse([0, -0.27], [0.36, 0.3], index % 2 ? color : dark)) +
        circle([0, 0], 0.16, '#2a1a2a') +
        around(9, () => circle([0, -0.22], 0.03, '#2a1a2a'))
      )
    case 'daisy':
      return (
        around(13, () => ellipse([0, -0.32], [0.085, 0.24], color)) +
        circle([0, 0], 0.17, '#f2b632') +
        circle([-0.04, -0.04], 0.1, '#f9cf5f')
      )
    case 'sunflower':
      return (
        around(18, (index) =>
          path(
            'M0 -0.2C0.13 -0.35 0.09 -0.55 0 -0.64C-0.09 -0.55 -0.13 -0.35 0 -0.2Z',
            index % 2 ? color : dark,
          ),
        ) +
        circle([0, 0], 0.28, '#4a2c1a') +
        circle([0, 0], 0.18, '#6b4325')
      )
    case 'lavender':
      return Array.from({ length: 9 }, (_, index) =>
        ellipse(
          [(index % 2 ? 1 : -1) * (0.11 - index * 0.008), 0.3 - index * 0.14],
          [0.1, 0.08],
          index % 3 ? color : light,
        ),
      ).join('')
    case 'peony':
      return (
        around(9, () => ellipse([0, -0.28], [0.23, 0.24], dark)) +
        around(7, () => ellipse([0, -0.18], [0.19, 0.19], color)) +
        around(5, () => ellipse([0, -0.08], [0.13, 0.13], light))
      )
  }
}

/** The flowers of a bouquet. */
export interface Bouquet {
  kinds: readonly Blossom[]
  colors: readonly string[]
  wall: string
  vase: string
}

/** Flowers in a vase on a table. */
export function bouquet({ kinds, colors, wall, vase }: Bouquet): Scene {
  return (canvas) => {
    const { width, height, random, add, linear, glow } = canvas
    const table = height * 0.8
    add(
      rect([0, 0], [width, height], linear([mix(wall, '#ffffff', 0.18), wall])),
      circle([width * 0.3, height * 0.3], width * 0.6, glow('#ffffff', 0.35)),
    )
    add(
      rect(
        [0, table],
        [width, height - table],
        linear([mix(wall, '#6b3f2a', 0.6), mix(wall, '#3f2418', 0.7)]),
      ),
    )
    const [x, neck] = [width / 2, height * 0.62]
    const size = width * 0.17
    const heads = Array.from({ length: 15 }, (_, index): Point => {
      const turn = Math.PI * (1.06 + (0.88 * index) / 14)
      const far = width * (index % 2 ? 0.34 : 0.2) * random.between(0.85, 1.15)
      return [x + far * Math.cos(turn) * 1.1, neck - width * 0.1 + far * Math.sin(turn) * 1.15]
    })
    for (const [headX, headY] of heads) {
      add(
        stroke(
          `M${x} ${neck + size * 0.6}Q${x} ${(neck + headY) / 2} ${headX} ${headY}`,
          mix('#3f7d4c', '#24543a', random.next()),
          width * 0.008,
        ),
      )
    }
    for (let index = 0; index < 20; index++) {
      const [headX = 0, headY = 0] = random.pick(heads)
      const share = random.between(0.4, 0.9)
      add(
        leaf(
          [x + (headX - x) * share, neck + (headY - neck) * share],
          [size * random.between(0.5, 0.9), random.between(-70, 70)],
          mix('#5a9a5c', '#24543a', random.next()),
        ),
      )
    }
    for (const [index, [headX, headY]] of random.shuffle(heads).entries()) {
      const kind = kinds[index % kinds.length] ?? 'daisy'
      const turn = ((headX - x) / width) * 70
      const scale = size * random.between(0.85, 1.15)
      add(
        group(
          `translate(${headX} ${headY}) rotate(${turn}) scale(${scale})`,
          blossom(kind, random.pick(colors)),
        ),
      )
    }
    drawVase(canvas, [x, neck], vase)
  }
}

function drawVase({ add, width, height, linear }: Canvas, [x, neck]: Point, color: string): void {
  const [half, foot] = [width * 0.13, height * 0.88]
  const body = `M${x - half * 0.55} ${neck}C${x - half * 0.5} ${neck + 40} ${x - half * 1.2} ${neck + 60} ${x - half} ${(neck + foot) / 2 + 30}C${x - half * 0.9} ${foot - 20} ${x - half * 0.6} ${foot} ${x - half * 0.5} ${foot}H${x + half * 0.5}C${x + half * 0.6} ${foot} ${x + half * 0.9} ${foot - 20} ${x + half} ${(neck + foot) / 2 + 30}C${x + half * 1.2} ${neck + 60} ${x + half * 0.5} ${neck + 40} ${x + half * 0.55} ${neck}Z`
  add(
    ellipse([x + half * 0.3, foot], [half * 1.5, half * 0.2], ['#1a0a0a', 'fill-opacity="0.25"']),
    path(body, linear([mix(color, '#ffffff', 0.3), color, mix(color, '#000000', 0.35)], true)),
    ellipse([x, neck], [half * 0.55, half * 0.1], mix(color, '#000000', 0.4)),
  )
}

/** A leaf with this length and angle. */
export function leaf([x, y]: Point, [long, turn]: readonly [number, number], color: string): string {
  const blade = path('M0 0C0.28 -0.25 0.25 -0.7 0 -1C-0.25 -0.7 -0.28 -0.25 0 0Z', color)
  return group(
    `translate(${x} ${y}) rotate(${turn}) scale(${long})`,
    blade,
    path('M0 0C0.28 -0.25 0.25 -0.7 0 -1Z', mix(color, '#000000', 0.15)),
  )
}

/** A field of flowers under a wide sky; the nearer ones are larger. */
export function meadow({
  kind,
  colors,
  sky,
}: {
  kind: Blossom
  colors: readonly string[]
  sky: readonly string[]
}): Scene {
  return ({ width, height, random, add, linear, glow }) => {
    const horizon = height * 0.36
    add(
      rect([0, 0], [width, horizon + 60], linear(sky)),
      circle([width * 0.7, horizon * 0.55], width * 0.3, glow('#fff3cf', 0.9)),
      circle([width * 0.7, horizon * 0.55], width * 0.05, '#fff8e0'),
    )
    const far = Array.from({ length: 9 }, (_, index): Point => [
      (index / 8) * width,
      horizon - Math.sin(index * 0.9 + 1) * height * 0.03 - height * 0.02,
    ])
    add(
      path(`${curve(far)}V${height}H0Z`, '#7fa98a'),
      rect([0, horizon + height * 0.02], [width, height], linear(['#8fb56a', '#4f8a4e', '#1f4a35'])),
    )
    const rows = 16
    for (let row = 0; row < rows; row++) {
      const share = (row / (rows - 1)) ** 1.7
      const y = horizon + height * 0.06 + share * height * 0.62
      const size = width * (0.018 + share * 0.13)
      for (let x = random.between(-size, 0); x < width + size; x += size * random.between(1, 2.2)) {
        const [headX, headY] = [x, y + random.between(-0.4, 0.4) * size]
        if (share > 0.15)
          add(
            stroke(
              `M${headX} ${headY}q${size * 0.2} ${size} ${random.between(-0.2, 0.2) * size} ${size * 2.4}`,
              mix('#5f9a55', '#1c4030', share),
              size * 0.06,
            ),
          )
        add(
          group(
            `translate(${headX} ${headY}) rotate(${random.between(-18, 18)}) scale(${size})`,
            blossom(kind, mix(random.pick(colors), '#23402f', 0.35 * (1 - share))),
          ),
        )
      }
    }
  }
}
