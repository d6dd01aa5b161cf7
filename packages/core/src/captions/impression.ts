import type { ImageMeasures } from '../media/image-processor.ts'
import { type Color, nameColor } from './color-words.ts'

/** What can be said about a picture without looking at it. */
export interface Impression {
  /** None, one or two, the dominant one first. */
  colors: readonly Color[]
  light: 'dark' | 'even' | 'bright'
  tone: 'quiet' | 'balanced' | 'vivid'
  shape: 'portrait' | 'square' | 'landscape' | 'panorama'
  /** According to the camera's clock. */
  time: 'morning' | 'noon' | 'afternoon' | 'evening' | 'night' | null
}

/** Maps measurements to categories that have words. */
export function impressionOf(measures: ImageMeasures): Impression {
  const { palette, lightness, saturation, width, height, takenAt } = measures
  const colors = new Set(palette.map(nameColor).filter((color) => color !== null))
  return {
    colors: [...colors].slice(0, 2),
    light: lightness < 0.3 ? 'dark' : lightness > 0.7 ? 'bright' : 'even',
    tone: saturation < 0.12 ? 'quiet' : saturation > 0.4 ? 'vivid' : 'balanced',
    shape: shapeOf(width / height),
    time: timeOf(takenAt),
  }
}

function shapeOf(ratio: number): Impression['shape'] {
  if (ratio >= 2) return 'panorama'
  if (ratio > 1.1) return 'landscape'
  return ratio < 0.9 ? 'portrait' : 'square'
}

function timeOf(takenAt: string | null): Impression['time'] {
  const hour = /T(\d\d):/.exec(takenAt ?? '')?.[1]
  if (hour === undefined) return null
  const ends = [
    [5, 'night'],
    [11, 'morning'],
    [14, 'noon'],
    [18, 'afternoon'],
    [22, 'evening'],
  ] as const
  return ends.find(([end]) => Number(hour) < end)?.[1] ?? 'night'
}
