import * as z from 'zod'
import type { Layout } from './layout.ts'
import type { OwnTexts } from './message-texts.ts'
import { kithTexts, type RenderOptions } from './render-message.ts'

const languageTag = z.string().refine(isLanguageTag, 'give a language tag such as `fr` or `pt-BR`')

/** The options of `renderMessage` as parts of a zod schema, for messengers that include them in their own. */
export const renderShape: RenderShape = {
  appName: z.string().trim().min(1).max(100),
  texts: z
    .custom<OwnTexts>(
      areTexts,
      "give texts by language and kind: { fr: { 'sign-in-code': { letter, sms } } }",
    )
    .optional(),
  language: languageTag.optional(),
  layout: z.custom<Layout>((value) => typeof value === 'function', 'give a function').optional(),
  origin: z.url({ protocol: /^https?$/, error: 'give an origin such as https://photos.example' }).optional(),
}

/** A schema for each of {@link RenderOptions}. */
export type RenderShape = { readonly [Name in keyof Required<RenderOptions>]: z.ZodType<RenderOptions[Name]> }

function areTexts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).every(
    ([tag, texts]: [string, unknown]) => isLanguageTag(tag) && haveKinds(texts),
  )
}

function haveKinds(texts: unknown): boolean {
  if (typeof texts !== 'object' || texts === null) return false
  return Object.entries(texts).every(
    ([kind, text]: [string, unknown]) =>
      kind in kithTexts.en &&
      (text === undefined ||
        (typeof text === 'object' && text !== null && 'letter' in text && 'sms' in text)),
  )
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}
