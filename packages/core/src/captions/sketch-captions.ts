import { randomBytes } from 'node:crypto'
import type { Random } from '../id.ts'
import type { CaptionWriter } from './caption-writer.ts'
import { cleanHint } from './hint.ts'
import { type Impression, impressionOf } from './impression.ts'
import { type SketchWords, wordsFor } from './sketch-words.ts'

/** Options of sketches. */
export interface SketchOptions {
  /** Chooses among the sketches: the same bytes lead to the same choice. @default `randomBytes` of `node:crypto` */
  random?: Random | undefined
}

/**
 * Creates a writer without a model or a network. It uses what was measured (colors, light, shape, time of day) and the
 * author's hint, and never describes the subject, since it has not looked. English and German; other languages get
 * English.
 */
export function createSketchCaptions({ random = randomBytes }: SketchOptions = {}): CaptionWriter {
  return {
    name: 'sketch',
    async suggest({ measures, hint, language, count }, signal) {
      signal.throwIfAborted()
      const said = cleanHint(hint)
      const sketches = sketch(impressionOf(measures), wordsFor(language ?? 'en')).map((text) =>
        said === null ? `${text}.` : `${asSentence(said)} ${text}.`,
      )
      const suggestions = shuffle(sketches, random).slice(0, Math.max(1, count))
      return { suggestions, writer: 'sketch', usage: null }
    },
  }
}

/** All possible sentences, without duplicates: at least four, with colors six. */
function sketch(impression: Impression, words: SketchWords): string[] {
  const { light, tone, shape, time } = impression
  const starts = [
    words.shape[shape],
    words.light[light],
    words.tone[tone],
    `${words.shape[shape]}. ${words.light[light]}`,
    ...(time ? [words.time[time]] : []),
  ]
  const colors = impression.colors.map((color) => words.colors[color]).join(` ${words.and} `)
  if (colors === '') return starts
  return [upperFirst(colors), ...starts.map((start) => words.inColors(start, colors))]
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A hint that ends in a letter or digit gets a period; one that ends in punctuation or an emoji does not. */
function asSentence(hint: string): string {
  return /[\p{L}\p{M}\p{N}]$/u.test(hint) ? `${hint}.` : hint
}

/** Fisher–Yates; a byte is uniform enough for so few. */
function shuffle(texts: readonly string[], random: Random): string[] {
  const left = [...texts]
  return Array.from(random(texts.length), (byte) => left.splice(byte % left.length, 1)).flat()
}
