import type { Canvas, Scene } from './canvas.ts'
import { circle, faint, mix, path, type Point, polygon, rect, stroke } from './shapes.ts'
import { drawClouds, drawDisc, drawSky, type Hour, lights } from './sky.ts'

/** The features of a city. */
export interface City {
  hour: Hour
  river?: boolean
  bridge?: boolean
  rain?: boolean
}

const walls: Readonly<Record<Hour, readonly [far: string, near: string]>> = {
  dawn: ['#c7a0b4', '#4a4a70'],
  day: ['#a9cbe0', '#4c7396'],
  dusk: ['#9a5078', '#1f1838'],
  night: ['#25356a', '#0a0f26'],
}

/** A skyline in three rows, with lit windows when it is dark. */
export function city({ hour, ...has }: City): Scene {
  return (canvas) => {
    const { width, height, random } = canvas
    const ground = height * (has.river || has.bridge ? 0.7 : 1)
    drawSky(canvas, hour, height)
    drawDisc(canvas, hour, [
      width * random.between(0.2, 0.8),
      height * random.between(0.16, 0.3),
      width * 0.06,
    ])
    if (hour !== 'night') drawClouds(canvas, hour, [height * 0.1, height * 0.3, 4])
    for (const row of [0, 1, 2]) drawRow(canvas, { row, ground, hour })
    if (ground < height) drawRiver(canvas, ground, hour)
    if (has.bridge) drawBridge(canvas, ground + height * 0.06, hour)
    if (has.rain) drawRain(canvas)
  }
}

interface Row {
  row: number
  ground: number
  hour: Hour
}

function drawRow(canvas: Canvas, { row, ground, hour }: Row): void {
  const { width, height, random } = canvas
  const [far, near] = walls[hour]
  const color = mix(far, near, row / 2)
  let x = -width * random.between(0, 0.05)
  while (x < width) {
    const wide = width * random.between(0.06, 0.12)
    const tall = height * random.between(0.2, 0.46) * (1.25 - row * 0.3) * (ground / height)
    drawHouse(canvas, {
      x,
      wide,
      top: ground - tall,
      foot: ground,
      color: mix(color, random.pick(['#ffffff', '#000000']), random.between(0, 0.08)),
      hour,
      row,
    })
    x += wide + width * random.between(-0.012, 0.014)
  }
}

interface House {
  x: number
  wide: number
  top: number
  foot: number
  color: string
  hour: Hour
  row: number
}

function drawHouse({ add, random, width }: Canvas, { x, wide, top, foot, color, hour, row }: House): void {
  const middle = x + wide / 2
  const roof = random.pick(['flat', 'flat', 'step', 'spire', 'slope', 'tank', 'dome'])
  if (roof === 'step') add(rect([x + wide * 0.2, top - wide * 0.35], [wide * 0.6, wide * 0.4], color))
  if (roof === 'spire')
    add(
      polygon(
        [
          [x + wide * 0.15, top + 1],
          [middle, top - wide * 0.6],
          [x + wide * 0.85, top + 1],
        ],
        color,
      ),
      rect([middle - 2, top - wide], [4, wide], color),
    )
  if (roof === 'slope')
    add(
      polygon(
        [
          [x, top + 1],
          [x + wide, top + 1],
          [x + wide, top - wide * 0.45],
        ],
        color,
      ),
    )
  if (roof === 'tank')
    add(
      rect([x + wide * 0.25, top - wide * 0.35], [wide * 0.35, wide * 0.36], mix(color, '#000000', 0.12)),
      polygon(
        [
          [x + wide * 0.2, top - wide * 0.34],
          [x + wide * 0.42, top - wide * 0.55],
          [x + wide * 0.65, top - wide * 0.34],
        ],
        mix(color, '#000000', 0.2),
      ),
    )
  if (roof === 'dome') add(circle([middle, top + 1], wide * 0.36, color))
  add(
    rect([x, top], [wide, foot - top], color),
    rect([x + wide * 0.78, top], [wide * 0.22, foot - top], ['#000000', 'fill-opacity="0.1"']),
  )
  const columns = Math.max(2, Math.round(wide / (width * 0.021)))
  const pitch = wide / (columns + 0.6)
  const dark = hour === 'night' || hour === 'dusk'
  const lit = dark ? 0.3 + row * 0.16 : 0.08
  for (let y = top + pitch * 0.7; y < foot - pitch; y += pitch * 1.35) {
    for (let column = 0; column < columns; column++) {
      const on = random.chance(lit)
      const pane = on
        ? random.pick(['#ffd98a', '#ffc45e', '#fff0c2'])
        : mix(color, dark ? '#000000' : '#ffffff', 0.2)
      add(rect([x + pitch * (column + 0.5), y], [pitch * 0.55, pitch * 0.8], on && !dark ? '#fff3cf' : pane))
    }
  }
}

/** Water below the city, with its reflected lights. */
function drawRiver({ add, width, height, random, linear }: Canvas, top: number, hour: Hour): void {
  const [far, near] = walls[hour]
  add(
    rect(
      [0, top],
      [width, height - top],
      linear([mix(far, near, 0.55), mix(near, lights[hour].sky[1] ?? near, 0.4)]),
    ),
  )
  add(rect([0, top - height * 0.008], [width, height * 0.016], mix(near, '#000000', 0.35)))
  for (let index = 0; index < 130; index++) {
    const depth = random.next()
    const long = width * random.between(0.015, 0.06) * (0.6 + depth)
    const y = top + 14 + depth * (height - top)
    const color = random.pick([lights[hour].disc, '#ffd27a', lights[hour].cloud])
    add(
      stroke(
        `M${random.between(0, width)} ${y}h${long}`,
        [color, `stroke-opacity="${random.between(0.12, 0.5).toFixed(2)}"`],
        2 + depth * 3,
      ),
    )
  }
}

/** A suspension bridge across the whole width. */
function drawBridge({ add, width, height }: Canvas, deck: number, hour: Hour): void {
  const steel = hour === 'day' ? '#b8433a' : mix('#b8433a', walls[hour][1], 0.6)
  const top = deck - height * 0.26
  const cables: Point[] = [
    [-0.05, 0.26],
    [0.26, 0.74],
    [0.74, 1.05],
  ]
  const hang = cables.map(([from = 0, to = 0], index) => {
    const [start, end] = [index === 0 ? deck - 20 : top, index === 2 ? deck - 20 : top]
    const sag = index === 1 ? deck + height * 0.21 : deck - 8
    return `M${from * width} ${start}Q${((from + to) / 2) * width} ${sag - (index === 1 ? height * 0.26 * 0 : 0)} ${to * width} ${end}`
  })
  for (let x = 0.3; x < 0.72; x += 0.028) {
    const share = (x - 0.26) / 0.48
    const y = top + (deck + height * 0.21 - top) * 2 * share * (1 - share)
    add(stroke(`M${x * width} ${Math.min(y, deck)}V${deck}`, steel, 2))
  }
  add(...hang.map((d) => stroke(d, steel, 6)), rect([0, deck], [width, height * 0.022], steel))
  for (const x of [0.26, 0.74]) {
    const left = x * width
    const leg = width * 0.014
    add(
      rect([left - leg * 2, top - 12], [leg, height - top], steel),
      rect([left + leg, top - 12], [leg, height - top], steel),
    )
    for (const rung of [0, 0.1, 0.2])
      add(rect([left - leg * 2, top + rung * height], [leg * 4, leg * 0.8], steel))
  }
}

function drawRain({ add, width, height, random }: Canvas): void {
  const drops = Array.from({ length: 260 }, () => {
    const [x, y, long] = [random.between(0, width * 1.1), random.between(0, height), random.between(14, 44)]
    return `M${x} ${y}l${-long * 0.25} ${long}`
  })
  add(
    faint(0.35, stroke(drops.join(''), '#dbe6ff', 2)),
    path(`M0 0H${width}V${height}H0Z`, ['#33406a', 'fill-opacity="0.18"']),
  )
}
