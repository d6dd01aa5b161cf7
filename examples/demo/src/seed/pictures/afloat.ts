import type { Canvas } from './canvas.ts'
import { ellipse, faint, group, mix, path, type Point } from './shapes.ts'
import { type Hour, lights } from './sky.ts'

/** A boat under sail. */
export function drawBoat({ add, width }: Canvas, [x, y]: Point, hour: Hour): void {
  const [hull, sail] =
    hour === 'day' ? ['#b23a48', '#ffffff'] : ['#2a1830', mix('#fff2e0', lights[hour].haze, 0.3)]
  add(
    group(
      `translate(${x} ${y}) scale(${width * 0.075})`,
      ellipse([0, 0.3], [1.5, 0.1], ['#06122a', 'fill-opacity="0.25"']),
      path('M-1.1 -0.05H1.2L0.85 0.32H-0.85Z', hull ?? ''),
      path('M0 -2.4V-0.1', ['none', 'stroke="#3b2a22" stroke-width="0.06"']),
      path('M0.08 -2.35Q1.2 -1.2 1.15 -0.2H0.08Z', sail ?? ''),
      path('M-0.08 -2Q-0.6 -1 -0.95 -0.2H-0.08Z', mix(sail ?? '#ffffff', '#b08060', 0.25)),
    ),
  )
}

/** The tail of a whale that dives. */
export function drawWhale({ add, width }: Canvas, [x, y]: Point, skin: string): void {
  add(
    group(
      `translate(${x} ${y}) scale(${width * 0.16})`,
      faint(0.3, ellipse([0, 0.06], [1.3, 0.12], '#ffffff')),
      path(
        'M-0.3 0.06C-0.16 -0.3 -0.16 -0.6 -0.1 -0.84C-0.4 -0.98 -0.85 -0.9 -1.15 -1.3C-1.2 -0.75 -0.75 -0.52 -0.32 -0.55C-0.1 -0.55 -0.05 -0.6 0.02 -0.62C0.1 -0.6 0.2 -0.55 0.4 -0.58C0.8 -0.6 1.2 -0.85 1.15 -1.4C0.9 -1.05 0.5 -1.05 0.16 -0.86C0.2 -0.6 0.24 -0.3 0.42 0.06Z',
        skin,
      ),
      path('M-0.7 0.08q0.2 -0.16 0.4 0t0.4 0t0.4 0t0.4 0', [
        'none',
        'stroke="#ffffff" stroke-width="0.05" fill-opacity="0.7"',
      ]),
    ),
  )
}
