/** A point on a canvas. */
export type Point = readonly [x: number, y: number]

/** A fill or the color of a line, alone or with further attributes, such as `fill-opacity="0.5"`. */
export type Paint = string | readonly [color: string, attributes: string]

/** Shapes may be drawn in their own unit and scaled up, so a few digits are kept. */
const round = (value: number): string => String(Math.round(value * 1000) / 1000)

function shape(tag: string, attributes: string, paint: Paint): string {
  const [color, more] = typeof paint === 'string' ? [paint, ''] : paint
  return `<${tag} ${attributes} fill="${color}" ${more}/>`
}

export function rect([x, y]: Point, [width, height]: Point, paint: Paint): string {
  const size = `width="${round(width)}" height="${round(height)}"`
  return shape('rect', `x="${round(x)}" y="${round(y)}" ${size}`, paint)
}

export function circle([x, y]: Point, radius: number, paint: Paint): string {
  return shape('circle', `cx="${round(x)}" cy="${round(y)}" r="${round(radius)}"`, paint)
}

export function ellipse([x, y]: Point, [rx, ry]: Point, paint: Paint): string {
  return shape('ellipse', `cx="${round(x)}" cy="${round(y)}" rx="${round(rx)}" ry="${round(ry)}"`, paint)
}

/** A shape of straight lines through these points. */
export function polygon(points: readonly Point[], paint: Paint): string {
  const listed = points.map((point) => point.map(round).join(',')).join(' ')
  return shape('polygon', `points="${listed}"`, paint)
}

export function path(d: string, paint: Paint): string {
  return shape('path', `d="${d}"`, paint)
}

/** A line without a fill. */
export function stroke(d: string, paint: Paint, width: number): string {
  const [color, more] = typeof paint === 'string' ? [paint, ''] : paint
  const ends = 'stroke-linecap="round" stroke-linejoin="round"'
  return path(d, ['none', `stroke="${color}" stroke-width="${round(width)}" ${ends} ${more}`])
}

/** Shapes that are moved, turned or scaled together. */
export function group(transform: string, ...shapes: readonly string[]): string {
  return `<g transform="${transform}">${shapes.join('')}</g>`
}

/** Overlapping shapes that are transparent as a whole. */
export function faint(opacity: number, ...shapes: readonly string[]): string {
  return `<g opacity="${opacity}">${shapes.join('')}</g>`
}

/** The text of a path through points, with soft corners. */
export function curve(points: readonly Point[]): string {
  const [first = [0, 0], ...rest] = points
  const parts = [`M${first.map(round).join(' ')}`]
  let [x, y] = first
  for (const [nextX, nextY] of rest) {
    parts.push(`Q${round(x)} ${round(y)} ${round((x + nextX) / 2)} ${round((y + nextY) / 2)}`)
    ;[x, y] = [nextX, nextY]
  }
  return `${parts.join('')}L${round(x)} ${round(y)}`
}

/** A color between two, both like `#aabbcc`. */
export function mix(from: string, to: string, share: number): string {
  const channel = (color: string, index: number): number =>
    Number.parseInt(color.slice(1 + index * 2, 3 + index * 2), 16)
  const mixed = [0, 1, 2].map((index) =>
    Math.round(channel(from, index) * (1 - share) + channel(to, index) * share),
  )
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
