/** A point on a canvas. */
export type Point = readonly [x: number, y: number]

/** Further attributes of a shape, such as `opacity="0.5"`. */
type More = string

/** Shapes may be drawn in a unit of their own and scaled up, so a few digits are kept. */
const round = (value: number): string => String(Math.round(value * 1000) / 1000)

export function rect([x, y]: Point, [width, height]: Point, fill: string, more: More = ''): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}" ${more}/>`
}

export function circle([x, y]: Point, radius: number, fill: string, more: More = ''): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${fill}" ${more}/>`
}

export function ellipse([x, y]: Point, [rx, ry]: Point, fill: string, more: More = ''): string {
  return `<ellipse cx="${round(x)}" cy="${round(y)}" rx="${round(rx)}" ry="${round(ry)}" fill="${fill}" ${more}/>`
}

/** A shape of straight lines through these points. */
export function polygon(points: readonly Point[], fill: string, more: More = ''): string {
  return `<polygon points="${points.map((point) => point.map(round).join(',')).join(' ')}" fill="${fill}" ${more}/>`
}

export function path(d: string, fill: string, more: More = ''): string {
  return `<path d="${d}" fill="${fill}" ${more}/>`
}

/** A line without a fill. */
export function stroke(d: string, colour: string, width: number, more: More = ''): string {
  return `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${round(width)}" stroke-linecap="round" stroke-linejoin="round" ${more}/>`
}

/** Shapes that are moved, turned or scaled together. */
export function group(transform: string, ...shapes: readonly string[]): string {
  return `<g transform="${transform}">${shapes.join('')}</g>`
}

/** Shapes that are seen through each other, as one. */
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

/** A colour between two, both like `#aabbcc`. */
export function mix(from: string, to: string, share: number): string {
  const channel = (colour: string, index: number): number =>
    Number.parseInt(colour.slice(1 + index * 2, 3 + index * 2), 16)
  const mixed = [0, 1, 2].map((index) =>
    Math.round(channel(from, index) * (1 - share) + channel(to, index) * share),
  )
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
