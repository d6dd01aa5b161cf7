import type { Canvas } from './canvas.ts'
import { circle, ellipse, path, type Point, polygon, stroke } from './shapes.ts'

/** A bicycle with flowers in its basket. */
export function drawBicycle({ add, width }: Canvas, [x, foot]: Point, frame: string): void {
  const size = width * 0.1
  const [back, front, y]: [number, number, number] = [x - size * 1.25, x + size * 1.25, foot - size]
  const spokes = [back, front].flatMap((middle) =>
    Array.from(
      { length: 8 },
      (_, index) =>
        `M${middle} ${y}l${size * 0.9 * Math.cos(index * 0.785)} ${size * 0.9 * Math.sin(index * 0.785)}`,
    ),
  )
  add(
    ellipse([x, foot + 4], [size * 2.3, size * 0.16], ['#2a1a2a', 'fill-opacity="0.25"']),
    stroke(spokes.join(''), '#d8d3cc', 2),
  )
  for (const middle of [back, front])
    add(
      circle([middle, y], size * 0.92, ['none', `stroke="#2b2b33" stroke-width="${size * 0.1}"`]),
      circle([middle, y], size * 0.1, '#2b2b33'),
    )
  const [crank, seat, head]: Point[] = [
    [x - size * 0.15, y + size * 0.08],
    [x - size * 0.55, y - size * 1.1],
    [x + size * 0.85, y - size * 1.15],
  ]
  const at = (point: Point | undefined): string => (point ?? [0, 0]).join(' ')
  add(
    stroke(
      `M${back} ${y}L${at(crank)}L${at(head)}L${at(seat)}L${back} ${y}M${at(seat)}L${at(crank)}M${front} ${y}L${at(head)}`,
      frame,
      size * 0.11,
    ),
    stroke(
      `M${x - size * 0.55} ${y - size * 1.1}l${-size * 0.1} ${-size * 0.3}M${x + size * 0.85} ${y - size * 1.15}l${-size * 0.1} ${-size * 0.4}q${size * 0.4} ${-size * 0.2} ${size * 0.5} ${size * 0.1}`,
      '#2b2b33',
      size * 0.08,
    ),
    stroke(`M${x - size * 0.95} ${y - size * 1.45}h${size * 0.55}`, '#5b3a26', size * 0.18),
    polygon(
      [
        [x + size * 0.75, y - size * 1.2],
        [x + size * 1.65, y - size * 1.2],
        [x + size * 1.5, y - size * 0.65],
        [x + size * 0.9, y - size * 0.65],
      ],
      '#c89a5e',
    ),
    ...[0.85, 1.05, 1.25, 1.45].map((step, index) =>
      circle([x + size * step, y - size * 1.3], size * 0.17, index % 2 ? '#4a8a52' : '#f2c14e'),
    ),
  )
}

/** A black cat that sits. */
export function drawCat({ add, width }: Canvas, [x, foot]: Point): void {
  const size = width * 0.1
  const fur = '#2d2a32'
  add(
    ellipse([x, foot], [size, size * 0.12], ['#000000', 'fill-opacity="0.25"']),
    stroke(
      `M${x + size * 0.5} ${foot - size * 0.15}q${size * 0.9} ${size * 0.1} ${size * 0.6} ${-size * 0.9}`,
      fur,
      size * 0.16,
    ),
    path(
      `M${x - size * 0.6} ${foot}C${x - size * 0.75} ${foot - size * 1.2} ${x - size * 0.3} ${foot - size * 1.5} ${x} ${foot - size * 1.5}S${x + size * 0.75} ${foot - size * 1.2} ${x + size * 0.6} ${foot}Z`,
      fur,
    ),
    circle([x, foot - size * 1.75], size * 0.48, fur),
    polygon(
      [
        [x - size * 0.46, foot - size * 1.85],
        [x - size * 0.4, foot - size * 2.45],
        [x - size * 0.05, foot - size * 2.1],
      ],
      fur,
    ),
    polygon(
      [
        [x + size * 0.46, foot - size * 1.85],
        [x + size * 0.4, foot - size * 2.45],
        [x + size * 0.05, foot - size * 2.1],
      ],
      fur,
    ),
    ellipse([x - size * 0.18, foot - size * 1.78], [size * 0.08, size * 0.11], '#e8d264'),
    ellipse([x + size * 0.18, foot - size * 1.78], [size * 0.08, size * 0.11], '#e8d264'),
  )
}
