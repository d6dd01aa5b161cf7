import type { Color } from './color-words.ts'
import type { Impression } from './impression.ts'

/** The words of one language. Sentences take the colors as one string: `blue and white`. */
export interface SketchWords {
  colors: Readonly<Record<Color, string>>
  and: string
  light: Readonly<Record<Impression['light'], string>>
  tone: Readonly<Record<Impression['tone'], string>>
  shape: Readonly<Record<Impression['shape'], string>>
  time: Readonly<Record<NonNullable<Impression['time']>, string>>
  /** `A wide frame` and `blue` → `A wide frame in blue`. */
  inColors: (start: string, colors: string) => string
}

const english: SketchWords = {
  colors: {
    black: 'black',
    gray: 'gray',
    white: 'white',
    red: 'red',
    orange: 'orange',
    brown: 'brown',
    beige: 'beige',
    yellow: 'yellow',
    green: 'green',
    turquoise: 'turquoise',
    blue: 'blue',
    violet: 'violet',
    pink: 'pink',
  },
  and: 'and',
  light: { dark: 'Low light', even: 'Even light', bright: 'Plenty of light' },
  tone: { quiet: 'Quiet tones', balanced: 'Gentle tones', vivid: 'Vivid tones' },
  shape: { portrait: 'A tall frame', square: 'A square', landscape: 'A wide frame', panorama: 'A panorama' },
  time: {
    morning: 'Morning',
    noon: 'Midday',
    afternoon: 'Afternoon',
    evening: 'Evening',
    night: 'Late hours',
  },
  inColors: (start, colors) => `${start} in ${colors}`,
}

const german: SketchWords = {
  colors: {
    black: 'Schwarz',
    gray: 'Grau',
    white: 'Weiß',
    red: 'Rot',
    orange: 'Orange',
    brown: 'Braun',
    beige: 'Beige',
    yellow: 'Gelb',
    green: 'Grün',
    turquoise: 'Türkis',
    blue: 'Blau',
    violet: 'Violett',
    pink: 'Rosa',
  },
  and: 'und',
  light: { dark: 'Wenig Licht', even: 'Gleichmäßiges Licht', bright: 'Viel Licht' },
  tone: { quiet: 'Leise Töne', balanced: 'Sanfte Töne', vivid: 'Kräftige Töne' },
  shape: {
    portrait: 'Ein Hochformat',
    square: 'Ein Quadrat',
    landscape: 'Ein Querformat',
    panorama: 'Ein Panorama',
  },
  time: {
    morning: 'Morgens',
    noon: 'Mittags',
    afternoon: 'Nachmittags',
    evening: 'Abends',
    night: 'Nachts',
  },
  inColors: (start, colors) => `${start} in ${colors}`,
}

const languages: Readonly<Record<string, SketchWords>> = Object.freeze({ en: english, de: german })

/** The words for a BCP 47 tag; English for unsupported languages. */
export function wordsFor(tag: string): SketchWords {
  const language = tag.toLowerCase().split('-')[0] ?? ''
  return (Object.hasOwn(languages, language) ? languages[language] : null) ?? english
}
