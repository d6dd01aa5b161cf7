import type { Canvas, Scene } from './canvas.ts'
import { drawBicycle, drawCat } from './street.ts'
import { circle, ellipse, mix, path, type Point, polygon, rect, stroke } from './shapes.ts'

/** The colors of a house front. */
export interface Facade {
  wall: string
  shutters: string
  /** The colors of the flowers in the window boxes. */
  blossom: string
  /** What is in front of the house. */
  front?: 'bicycle' | 'door' | 'cat'
}

/** The front of a house in the sun: shutters, window boxes, and something to look at below. */
export function facade({ wall, shutters, blossom, front = 'door' }: Facade): Scene {
  return (canvas) => {
    const { width, height, add, random, linear } = canvas
    add(rect([0, 0], [width, height], linear([mix(wall, '#ffffff', 0.12), mix(wall, '#5a3a4a', 0.12)])))
    for (let index = 0; index < 26; index++) {
      const at: Point = [random.between(0, width), random.between(0, height)]
      const size = width * random.between(0.02, 0.045)
      add(rect(at, [size, size * 0.4], [mix(wall, random.pick(['#ffffff', '#4a2a1a']), 0.12), 'rx="3"']))
    }
    const columns = [0.26, 0.74]
    for (const x of columns) drawWindow(canvas, [x * width, height * 0.25], { shutters, blossom, wall })
    const shade: Point[] = [
      [0, 0],
      [width, 0],
      [width, height * 0.05],
      [0, height * 0.05],
    ]
    add(
      polygon(shade, mix(wall, '#3a2030', 0.6)),
      rect([0, height * 0.05], [width, height * 0.03], ['#3a2030', 'fill-opacity="0.14"']),
    )
    const street = height * 0.9
    if (front === 'door') drawDoor(canvas, [width / 2, street], shutters)
    add(rect([0, street], [width, height - street], linear(['#b8a99a', '#8d7f78'])))
    for (let x = 0; x < width; x += width / 9)
      add(
        stroke(
          `M${x} ${street}l${(x - width / 2) * 0.12} ${height - street}`,
          ['#7a6d66', 'stroke-opacity="0.5"'],
          3,
        ),
      )
    if (front === 'bicycle')
      drawBicycle(canvas, [width * 0.5, street + height * 0.035], mix(shutters, '#000000', 0.1))
    if (front === 'cat') drawCat(canvas, [width * 0.5, street + height * 0.02])
    for (const x of front === 'door' ? [0.24, 0.76] : [0.12])
      drawTub(canvas, [x * width, street + height * 0.03], blossom)
  }
}

function drawWindow(
  { add, width, height, random, linear }: Canvas,
  [x, y]: Point,
  { shutters, blossom, wall }: Pick<Facade, 'shutters' | 'blossom' | 'wall'>,
): void {
  const [half, tall] = [width * 0.095, height * 0.24]
  const top = y - tall / 2
  add(
    rect([x - half * 1.15, top - 12], [half * 2.3, tall + 24], [mix(wall, '#ffffff', 0.6), 'rx="4"']),
    rect([x - half, top], [half * 2, tall], linear(['#5d7f9a', '#a9c9d6'])),
    polygon(
      [
        [x - half, top],
        [x + half * 0.3, top],
        [x - half, top + tall * 0.6],
      ],
      ['#ffffff', 'fill-opacity="0.22"'],
    ),
    stroke(
      `M${x} ${top}v${tall}M${x - half} ${top + tall * 0.36}h${half * 2}M${x - half} ${top + tall * 0.68}h${half * 2}`,
      '#fbf6ea',
      8,
    ),
  )
  for (const side of [-1, 1]) {
    const left = side < 0 ? x - half * 2.05 : x + half * 1.05
    add(
      rect([left + 8, top + 4], [half, tall], ['#2a1a2a', 'fill-opacity="0.2"']),
      rect([left, top - 6], [half, tall + 12], [shutters, 'rx="3"']),
    )
    for (let slat = 0; slat < 11; slat++)
      add(
        rect(
          [left + half * 0.14, top + 8 + (slat * tall) / 11],
          [half * 0.72, tall / 19],
          mix(shutters, '#000000', 0.2),
        ),
      )
  }
  const box = top + tall + 10
  for (let index = 0; index < 60; index++) {
    const at: Point = [x + random.between(-1.2, 1.2) * half, box - random.between(-26, 34)]
    add(
      circle(
        at,
        random.between(9, 16),
        index % 3
          ? mix('#3f7d4c', '#1f4a30', random.next())
          : mix(blossom, '#ffffff', random.between(0, 0.35)),
      ),
    )
  }
  add(rect([x - half * 1.25, box + 8], [half * 2.5, height * 0.032], ['#9a5a3c', 'rx="4"']))
}

function drawDoor({ add, width, height }: Canvas, [x, foot]: Point, color: string): void {
  const [half, tall] = [width * 0.105, height * 0.36]
  const arch = (grow: number): string =>
    `M${x - half - grow} ${foot}V${foot - tall + half}A${half + grow} ${half + grow} 0 0 1 ${x + half + grow} ${foot - tall + half}V${foot}Z`
  add(
    path(arch(22), '#efe4d2'),
    path(arch(0), mix(color, '#000000', 0.12)),
    path(
      `M${x - half} ${foot - tall + half}A${half} ${half} 0 0 1 ${x + half} ${foot - tall + half}Z`,
      '#cfe0e0',
    ),
  )
  add(
    stroke(
      `M${x} ${foot - tall + half}V${foot - tall}M${x} ${foot - tall + half}L${x - half * 0.7} ${foot - tall + half * 0.3}M${x} ${foot - tall + half}L${x + half * 0.7} ${foot - tall + half * 0.3}M${x - half} ${foot - tall + half}H${x + half}M${x} ${foot - tall + half}V${foot}`,
      mix(color, '#000000', 0.35),
      6,
    ),
  )
  for (const side of [-1, 1]) {
    for (const row of [0, 1]) {
      const left = x + (side < 0 ? -half * 0.82 : half * 0.18)
      add(
        rect(
          [left, foot - tall * 0.64 + row * tall * 0.32],
          [half * 0.64, tall * 0.25],
          [mix(color, '#ffffff', 0.12), 'rx="3"'],
        ),
      )
    }
  }
  add(
    circle([x + half * 0.1, foot - tall * 0.34], 8, '#e6c46a'),
    rect([x - half * 1.4, foot - 14], [half * 2.8, 16], '#d8cbb8'),
  )
}

function drawTub({ add, width, random }: Canvas, [x, foot]: Point, blossom: string): void {
  const size = width * 0.055
  for (let index = 0; index < 70; index++) {
    const turn = random.between(0, 6.3)
    const far = size * 1.5 * Math.sqrt(random.next())
    const color =
      index % 4 ? mix('#4a8a52', '#1d4a33', random.next()) : mix(blossom, '#ffffff', random.between(0, 0.3))
    add(
      circle(
        [x + far * Math.cos(turn), foot - size * 2.9 + far * 1.1 * Math.sin(turn)],
        size * random.between(0.14, 0.28),
        color,
      ),
    )
  }
  add(
    ellipse([x, foot], [size * 1.1, size * 0.2], ['#000000', 'fill-opacity="0.2"']),
    polygon(
      [
        [x - size, foot - size * 1.5],
        [x + size, foot - size * 1.5],
        [x + size * 0.75, foot],
        [x - size * 0.75, foot],
      ],
      '#b5653f',
    ),
    rect([x - size * 1.1, foot - size * 1.65], [size * 2.2, size * 0.35], ['#c87a50', 'rx="4"']),
  )
}
