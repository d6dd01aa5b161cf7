/** The colors that have a word in each language. */
export type Color =
  | 'black'
  | 'gray'
  | 'white'
  | 'red'
  | 'orange'
  | 'brown'
  | 'beige'
  | 'yellow'
  | 'green'
  | 'turquoise'
  | 'blue'
  | 'violet'
  | 'pink'

/** The upper end of each color on the hue circle, in degrees. */
const hues: readonly (readonly [number, Color])[] = [
  [15, 'red'],
  [45, 'orange'],
  [70, 'yellow'],
  [165, 'green'],
  [195, 'turquoise'],
  [255, 'blue'],
  [290, 'violet'],
  [345, 'pink'],
  [360, 'red'],
]

/** The most common word for a color, `#rrggbb`; `null` for any other string. */
export function nameColor(hex: string): Color | null {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return null
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(
    (at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255,
  )
  const most = Math.max(red, green, blue)
  const chroma = most - Math.min(red, green, blue)
  const lightness = most - chroma / 2
  if (lightness < 0.12) return 'black'
  if (chroma < 0.1) return lightness > 0.85 ? 'white' : lightness < 0.2 ? 'black' : 'gray'
  const hue = hueOf({ red, green, blue }, most, chroma)
  const isEarth = hue >= 10 && hue < 60
  if (isEarth && chroma < 0.35 && lightness > 0.6) return 'beige'
  if (isEarth && hue < 45 && lightness < 0.42) return 'brown'
  return hues.find(([end]) => hue < end)?.[1] ?? 'red'
}

function hueOf(
  { red, green, blue }: { red: number; green: number; blue: number },
  most: number,
  chroma: number,
): number {
  if (most === red) return (((green - blue) / chroma + 6) % 6) * 60
  if (most === green) return ((blue - red) / chroma + 2) * 60
  return ((red - green) / chroma + 4) * 60
}
