import type { Scene } from './canvas.ts'
import { circle, ellipse, group, mix, path, rect, stroke } from './shapes.ts'

/** The looks of a person. */
export interface Face {
  skin: string
  hair: string
  style: Hair
  shirt: string
  backdrop: string
  extras?: readonly Extra[]
}

/** The hairstyle. */
type Hair = 'short' | 'bob' | 'long' | 'bun' | 'curls' | 'afro' | 'bald' | 'side' | 'braids' | 'scarf'

/** An accessory. */
type Extra = 'glasses' | 'beard' | 'moustache' | 'earrings' | 'freckles' | 'hat' | 'cap' | 'headphones'

/** The portrait of a person as flat shapes; everything is drawn in a square from -1 to 1. */
export function portrait({ skin, hair, style, shirt, backdrop, extras = [] }: Face): Scene {
  return ({ width, height, add, linear }) => {
    const shade = mix(skin, '#6b2a1a', 0.22)
    const dark = mix(hair, '#000000', 0.22)
    const has = (extra: Extra): boolean => extras.includes(extra)
    add(rect([0, 0], [width, height], linear([mix(backdrop, '#ffffff', 0.22), backdrop])))
    add(
      group(
        `translate(${width / 2} ${height * 0.55}) scale(${width * 0.43})`,
        circle([0.1, -0.1], 0.92, ['#ffffff', 'fill-opacity="0.14"']),
        behind[style]?.(hair, dark) ?? '',
        path('M-0.82 1.3C-0.78 0.62 -0.4 0.52 0 0.52S0.78 0.62 0.82 1.3Z', shirt),
        path('M-0.2 0.2V0.52Q0 0.72 0.2 0.52V0.2Z', shade),
        path('M-0.3 0.55Q0 0.85 0.3 0.55', [
          'none',
          `stroke="${mix(shirt, '#ffffff', 0.35)}" stroke-width="0.05"`,
        ]),
        ellipse([-0.44, -0.08], [0.09, 0.12], shade),
        ellipse([0.44, -0.08], [0.09, 0.12], shade),
        path(
          'M-0.43 -0.3C-0.43 -0.62 -0.25 -0.7 0 -0.7S0.43 -0.62 0.43 -0.3V0C0.43 0.28 0.2 0.42 0 0.42S-0.43 0.28 -0.43 0Z',
          skin,
        ),
        has('freckles')
          ? [-0.3, -0.24, -0.19, 0.19, 0.24, 0.3]
              .map((x, index) => circle([x, 0.03 + (index % 2) * 0.04], 0.014, shade))
              .join('')
          : '',
        ellipse([-0.27, 0.07], [0.08, 0.055], ['#e8705a', 'fill-opacity="0.28"']),
        ellipse([0.27, 0.07], [0.08, 0.055], ['#e8705a', 'fill-opacity="0.28"']),
        has('beard')
          ? path(
              'M-0.44 -0.1C-0.4 0.05 -0.3 0.06 -0.2 0.06Q0 0 0.2 0.06C0.3 0.06 0.4 0.05 0.44 -0.1V0.05C0.44 0.38 0.2 0.54 0 0.54S-0.44 0.38 -0.44 0.05Z',
              hair,
            )
          : '',
        features(mix(hair, '#1a0f14', 0.5), shade),
        has('moustache')
          ? path(
              'M0 0.1C-0.1 0.05 -0.2 0.1 -0.24 0.18C-0.14 0.2 -0.06 0.19 0 0.15C0.06 0.19 0.14 0.2 0.24 0.18C0.2 0.1 0.1 0.05 0 0.1Z',
              hair,
            )
          : '',
        front[style](hair, dark),
        has('glasses')
          ? stroke(
              'M-0.31 -0.1a0.13 0.12 0 1 0 0.26 0a0.13 0.12 0 1 0 -0.26 0M0.05 -0.1a0.13 0.12 0 1 0 0.26 0a0.13 0.12 0 1 0 -0.26 0M-0.05 -0.12q0.05 -0.04 0.1 0M-0.31 -0.12L-0.43 -0.15M0.31 -0.12L0.43 -0.15',
              '#2b2b38',
              0.028,
            )
          : '',
        has('earrings') ? circle([-0.46, 0.1], 0.045, '#f2c14e') + circle([0.46, 0.1], 0.045, '#f2c14e') : '',
        has('hat')
          ? ellipse([0, -0.47], [0.72, 0.11], '#d9b27a') +
              path('M-0.42 -0.48C-0.42 -0.95 -0.2 -0.9 0 -0.86C0.2 -0.9 0.42 -0.95 0.42 -0.48Z', '#e6c48f') +
              path('M-0.43 -0.58Q0 -0.48 0.43 -0.58V-0.48Q0 -0.38 -0.43 -0.48Z', shirt)
          : '',
        has('cap')
          ? path('M-0.47 -0.38C-0.5 -0.85 -0.2 -0.9 0 -0.9S0.5 -0.85 0.47 -0.38Z', shirt) +
              path(
                'M-0.5 -0.36Q0 -0.58 0.5 -0.36Q0.3 -0.3 0 -0.32Q-0.3 -0.3 -0.5 -0.36Z',
                mix(shirt, '#000000', 0.25),
              )
          : '',
        has('headphones')
          ? stroke('M-0.5 -0.1C-0.56 -0.95 0.56 -0.95 0.5 -0.1', '#2b2b38', 0.07) +
              rect([-0.6, -0.22], [0.17, 0.34], ['#e4572e', 'rx="0.07"']) +
              rect([0.43, -0.22], [0.17, 0.34], ['#e4572e', 'rx="0.07"'])
          : '',
      ),
    )
  }
}

function features(ink: string, shade: string): string {
  return (
    [-0.18, 0.18]
      .map(
        (x) => ellipse([x, -0.1], [0.045, 0.055], '#22181c') + circle([x + 0.016, -0.12], 0.015, '#ffffff'),
      )
      .join('') +
    stroke('M-0.27 -0.24Q-0.18 -0.3 -0.09 -0.25M0.09 -0.25Q0.18 -0.3 0.27 -0.24', ink, 0.035) +
    stroke('M0.01 -0.06Q0.07 0.05 -0.02 0.07', shade, 0.03) +
    path('M-0.14 0.19Q0 0.22 0.14 0.19Q0.09 0.31 0 0.31Q-0.09 0.31 -0.14 0.19Z', '#a8404a') +
    path('M-0.11 0.2Q0 0.225 0.11 0.2Q0.08 0.25 0 0.25Q-0.08 0.25 -0.11 0.2Z', '#ffffff')
  )
}

type Shape = (hair: string, dark: string) => string

const fringe: Shape = (hair) =>
  path(
    'M-0.46 -0.22C-0.52 -0.7 -0.3 -0.84 0 -0.84S0.52 -0.7 0.46 -0.22C0.4 -0.42 0.2 -0.5 0 -0.44C-0.2 -0.4 -0.38 -0.42 -0.46 -0.22Z',
    hair,
  )
const parted: Shape = (hair) =>
  path(
    'M-0.47 -0.1C-0.56 -0.7 -0.3 -0.86 0.02 -0.86S0.56 -0.7 0.47 -0.1C0.44 -0.34 0.3 -0.5 0.08 -0.58C-0.1 -0.46 -0.4 -0.4 -0.47 -0.1Z',
    hair,
  )

/** The parts behind the head. */
const behind: Partial<Readonly<Record<Hair, Shape>>> = {
  bob: (_, dark) =>
    path('M-0.56 0.28C-0.66 -0.6 -0.4 -0.86 0 -0.86S0.66 -0.6 0.56 0.28Q0 0.42 -0.56 0.28Z', dark),
  long: (_, dark) =>
    path('M-0.56 0.85C-0.75 -0.5 -0.45 -0.88 0 -0.88S0.75 -0.5 0.56 0.85Q0 0.95 -0.56 0.85Z', dark),
  bun: (hair, dark) => circle([0, -0.88], 0.2, dark) + circle([0.03, -0.9], 0.14, hair),
  curls: (hair, dark) =>
    Array.from({ length: 15 }, (_, index) =>
      circle(
        [0.52 * Math.cos(2.6 + index * 0.28), -0.22 + 0.56 * Math.sin(2.6 + index * 0.28)],
        0.2,
        index % 2 ? hair : dark,
      ),
    ).join(''),
  afro: (_, dark) => circle([0, -0.38], 0.68, dark),
  braids: (hair, dark) =>
    [-1, 1]
      .map((side) =>
        [0, 1, 2, 3]
          .map((step) =>
            ellipse([side * (0.5 + step * 0.02), 0.1 + step * 0.17], [0.1, 0.11], step % 2 ? hair : dark),
          )
          .join(''),
      )
      .join(''),
  scarf: (hair, dark) =>
    path('M-0.5 0.5C-0.72 -0.6 -0.4 -0.9 0 -0.9S0.72 -0.6 0.5 0.5Q0 0.75 -0.5 0.5Z', dark) +
    path('M-0.4 0.35Q0 0.75 0.4 0.35L0.55 0.75H-0.55Z', hair),
}

/** The parts on the forehead. */
const front: Readonly<Record<Hair, Shape>> = {
  short: (hair) =>
    path(
      'M-0.46 -0.2C-0.5 -0.74 -0.28 -0.86 0.04 -0.86S0.5 -0.7 0.46 -0.2C0.42 -0.3 0.42 -0.44 0.34 -0.5C0.14 -0.46 -0.2 -0.5 -0.3 -0.56C-0.42 -0.46 -0.42 -0.3 -0.46 -0.2Z',
      hair,
    ),
  side: (hair) =>
    path(
      'M-0.46 -0.2C-0.54 -0.78 -0.24 -0.92 0.1 -0.9C0.44 -0.88 0.52 -0.6 0.46 -0.22C0.44 -0.34 0.42 -0.42 0.36 -0.48C0.1 -0.44 -0.14 -0.5 -0.3 -0.66C-0.36 -0.5 -0.42 -0.36 -0.46 -0.2Z',
      hair,
    ),
  bob: fringe,
  long: parted,
  bun: parted,
  braids: parted,
  curls: (hair, dark) =>
    [-0.34, -0.17, 0, 0.17, 0.34]
      .map((x, index) => circle([x, -0.6 + Math.abs(x) * 0.35], 0.15, index % 2 ? dark : hair))
      .join(''),
  afro: (hair) =>
    path(
      'M-0.45 -0.2C-0.5 -0.66 -0.26 -0.8 0 -0.8S0.5 -0.66 0.45 -0.2C0.4 -0.48 0.2 -0.56 0 -0.56S-0.4 -0.48 -0.45 -0.2Z',
      hair,
    ),
  bald: () => ellipse([-0.14, -0.55], [0.12, 0.05], ['#ffffff', 'fill-opacity="0.25"']),
  scarf: (hair, dark) =>
    path(
      'M-0.48 0.2C-0.56 -0.66 -0.34 -0.84 0 -0.84S0.56 -0.66 0.48 0.2C0.44 -0.32 0.28 -0.54 0 -0.54S-0.44 -0.32 -0.48 0.2Z',
      hair,
    ) + stroke('M-0.42 -0.28Q-0.3 -0.6 0 -0.62', dark, 0.02),
}
