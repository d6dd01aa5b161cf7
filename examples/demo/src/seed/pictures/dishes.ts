import type { Canvas } from './canvas.ts'
import { leaf } from './flowers.ts'
import { circle, ellipse, group, path, type Point, rect, stroke } from './shapes.ts'

/** A dish on a plate. */
export type Served = 'coffee' | 'noodles' | 'eggs' | 'pizza' | 'cake'

/** Each is drawn on a plate with radius one. */
export const dishes: Readonly<Record<Served, (canvas: Canvas) => string>> = {
  coffee: ({ glow }) =>
    [
      circle([0, 0], 0.6, '#ffffff'),
      circle([0, 0], 0.55, '#e9e0d4'),
      circle([0, 0], 0.5, '#6b3f22'),
      circle([0, 0], 0.46, '#8a5630'),
      path(
        'M0 0.32C-0.4 0.1 -0.36 -0.26 -0.14 -0.26C-0.04 -0.26 0 -0.16 0 -0.12C0 -0.16 0.04 -0.26 0.14 -0.26C0.36 -0.26 0.4 0.1 0 0.32Z',
        '#f0dcbc',
      ),
      path(
        'M0 0.2C-0.25 0.05 -0.22 -0.15 -0.11 -0.15C-0.04 -0.15 0 -0.08 0 -0.04C0 -0.08 0.04 -0.15 0.11 -0.15C0.22 -0.15 0.25 0.05 0 0.2Z',
        '#b07d4e',
      ),
      stroke('M0.58 -0.08C0.85 -0.2 0.98 0 0.9 0.12C0.84 0.22 0.7 0.2 0.56 0.14', '#ffffff', 0.1),
      circle([-0.2, -0.2], 0.5, glow('#ffffff', 0.2)),
    ].join(''),
  noodles: ({ random }) => {
    const strands = Array.from({ length: 26 }, () => {
      const [turn, far] = [random.between(0, 6.3), random.between(0, 0.36)]
      const [x, y, bend] = [far * Math.cos(turn), far * Math.sin(turn), random.between(0.14, 0.34)]
      return stroke(
        `M${x} ${y}a${bend} ${bend} 0 0 1 ${bend} ${bend}a${bend} ${bend} 0 0 1 ${-bend * 1.2} ${-bend * 0.3}`,
        random.pick(['#f2cf7e', '#f7dc9a', '#e8bd62']),
        0.035,
      )
    })
    return [
      circle([0, 0], 0.86, '#23304d'),
      circle([0, 0], 0.8, '#b8692f'),
      circle([0, 0], 0.76, '#cf8440'),
      ...strands,
      group(
        'translate(-0.34 -0.22)',
        ellipse([0, 0], [0.24, 0.2], '#fff8ea'),
        circle([0, 0], 0.12, '#f29a2e'),
        circle([-0.03, -0.03], 0.05, '#f9c46b'),
      ),
      group('translate(0.32 -0.28) rotate(20)', rect([-0.2, -0.26], [0.4, 0.52], ['#1d3a2f', 'rx="0.03"'])),
      group(
        'translate(0.3 0.24)',
        circle([0, 0], 0.2, '#d9a08a'),
        circle([0, 0], 0.16, '#b9705c'),
        stroke('M-0.1 0a0.1 0.1 0 1 1 0.1 0.1', '#f0c8b4', 0.04),
      ),
      ...Array.from({ length: 24 }, () =>
        circle(
          [random.between(-0.5, 0.2), random.between(0.1, 0.6)],
          0.035,
          random.pick(['#5fa84a', '#86c45e', '#3f8a3f']),
        ),
      ),
    ].join('')
  },
  eggs: ({ random }) =>
    [
      path(
        'M-0.6 -0.1C-0.62 -0.45 -0.2 -0.62 0.05 -0.5C0.35 -0.4 0.3 -0.1 0.12 0.05C0 0.3 -0.55 0.25 -0.6 -0.1Z',
        '#ffffff',
      ),
      path(
        'M-0.1 0.3C-0.1 0.05 0.2 0 0.4 0.08C0.65 0.16 0.6 0.5 0.35 0.58C0.12 0.65 -0.1 0.55 -0.1 0.3Z',
        '#fffdf6',
      ),
      circle([-0.2, -0.16], 0.17, '#f5a623'),
      circle([-0.25, -0.21], 0.05, '#fde3a6'),
      circle([0.25, 0.32], 0.16, '#f5a623'),
      circle([0.2, 0.27], 0.05, '#fde3a6'),
      ...[
        [0.42, -0.3],
        [0.52, -0.12],
        [0.36, -0.16],
      ].map(
        ([x = 0, y = 0]) => circle([x, y], 0.11, '#d8412f') + circle([x - 0.03, y - 0.03], 0.03, '#f4a596'),
      ),
      ...Array.from({ length: 7 }, () =>
        leaf(
          [random.between(-0.55, -0.25), random.between(0.25, 0.5)],
          [0.22, random.between(-90, 90)],
          random.pick(['#4f8f3f', '#6fae52']),
        ),
      ),
    ].join(''),
  pizza: ({ random }) =>
    [
      circle([0, 0], 0.9, '#c98a45'),
      circle([0, 0], 0.82, '#e2ad62'),
      circle([0, 0], 0.76, '#c9452c'),
      ...Array.from({ length: 16 }, () => {
        const [turn, far] = [random.between(0, 6.3), 0.62 * Math.sqrt(random.next())]
        return ellipse(
          [far * Math.cos(turn), far * Math.sin(turn)],
          [random.between(0.1, 0.17), random.between(0.08, 0.14)],
          random.pick(['#fff3d6', '#fbe6b8']),
        )
      }),
      ...Array.from({ length: 9 }, (_, index) =>
        leaf(
          [0.5 * Math.cos(index * 2.4) * (index / 9 + 0.2), 0.5 * Math.sin(index * 2.4) * (index / 9 + 0.2)],
          [0.24, index * 50],
          index % 2 ? '#3f8a3f' : '#2f6f35',
        ),
      ),
      ...Array.from({ length: 6 }, (_, index) =>
        stroke(`M0 0L${0.9 * Math.cos(index * 1.047)} ${0.9 * Math.sin(index * 1.047)}`, '#8a3a1e', 0.012),
      ),
    ].join(''),
  cake: ({ random }) =>
    [
      circle([0, 0], 0.7, '#e8b9a8'),
      circle([0, 0], 0.66, '#fbe3da'),
      ...Array.from({ length: 12 }, (_, index) =>
        circle([0.58 * Math.cos(index * 0.5236), 0.58 * Math.sin(index * 0.5236)], 0.1, '#fff6f0'),
      ),
      ...Array.from({ length: 26 }, () => {
        const [turn, far] = [random.between(0, 6.3), 0.4 * Math.sqrt(random.next())]
        const at: Point = [far * Math.cos(turn), far * Math.sin(turn)]
        return random.chance(0.5)
          ? circle(at, 0.085, '#c92f4a') + circle([at[0] - 0.02, at[1] - 0.02], 0.025, '#f4a0ac')
          : circle(at, 0.06, '#3a4a8a') + circle([at[0] - 0.015, at[1] - 0.015], 0.018, '#a8b8e8')
      }),
      ...[0, 130, 250].map((turn) =>
        leaf([0.1 * Math.cos(turn), 0.1 * Math.sin(turn)], [0.2, turn], '#4f9a5a'),
      ),
    ].join(''),
}
