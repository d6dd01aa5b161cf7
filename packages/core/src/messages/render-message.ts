import { chooseLanguage } from './accept-language.ts'
import { cleanMessage, oneLine } from './clean-content.ts'
import { toGsm } from './gsm.ts'
import { type Layout, plainLayout, plainText } from './layout.ts'
import type { MessageText, MessageTexts, OwnTexts, TextContext } from './message-texts.ts'
import type { Message, MessageKind } from './messenger.ts'
import { english } from './texts/english.ts'
import { german } from './texts/german.ts'
import { spanish } from './texts/spanish.ts'

/** Options for rendering messages. */
export interface RenderOptions {
  /** The name of the app, used in every message. */
  appName: string
  /** The app's own wording, by language and kind. Replaces that of Kith, or adds languages. @default none */
  texts?: OwnTexts | undefined
  /** The language if none of the requested ones is available. @default 'en' */
  language?: string | undefined
  /** The HTML of email. @default a plain layout for light and dark mode */
  layout?: Layout | undefined
  /**
   * The site where codes of text messages are entered, such as `https://photos.example`: browsers offer to fill them in
   * there, and nowhere else. @default none
   */
  origin?: string | undefined
}

/** A rendered email. */
export interface RenderedEmail {
  channel: 'email'
  subject: string
  text: string
  html: string
  /** The chosen language, BCP 47. */
  language: string
}

/** A rendered text message. */
export interface RenderedSms {
  channel: 'sms'
  text: string
  /** The chosen language, BCP 47. */
  language: string
}

/** The languages of Kith's own messages. */
export const kithTexts: Readonly<Record<'en' | 'de' | 'es', MessageTexts>> = {
  en: english,
  de: german,
  es: spanish,
}

/**
 * Renders a message in the language of its reader. User-controlled values — names, devices, addresses — are made safe
 * before any text gets them.
 */
export function renderMessage(message: Message, options: RenderOptions): RenderedEmail | RenderedSms {
  const clean = cleanMessage(message)
  const { words, language } = wordsFor(clean.kind, clean.language, options)
  const appName = oneLine(options.appName)
  const context: TextContext = { appName, to: clean.to, time: (iso) => timeIn(language, iso) }
  if (clean.channel === 'sms') {
    const text = toGsm(oneLine(words.sms(clean.content, context)))
    return { channel: 'sms', text: withOrigin(text, clean, options.origin), language }
  }
  const letter = words.letter(clean.content, context)
  const layout = options.layout ?? plainLayout
  return {
    channel: 'email',
    subject: oneLine(letter.subject),
    text: plainText(letter, appName),
    html: layout(letter, { appName, language }),
    language,
  }
}

/** The texts of any kind: the kind alone determines their content. */
type AnyWords = MessageText<MessageKind>

interface Words {
  words: AnyWords
  language: string
}

/** A language counts if it has texts for this kind. */
function wordsFor(kind: MessageKind, header: string | null, options: RenderOptions): Words {
  const tables: Readonly<Record<string, Partial<MessageTexts> | undefined>>[] = [
    options.texts ?? {},
    kithTexts,
  ]
  const wordsIn = (language: string): AnyWords | undefined => {
    for (const table of tables) {
      const words = Object.hasOwn(table, language) ? table[language]?.[kind] : undefined
      if (words) return words as AnyWords
    }
    return undefined
  }
  const available = [...new Set(tables.flatMap((table) => Object.keys(table)))].filter(wordsIn)
  const otherwise = options.language ?? 'en'
  const language = chooseLanguage(header, available, available.includes(otherwise) ? otherwise : 'en')
  return { words: wordsIn(language) ?? (english[kind] as AnyWords), language }
}

function timeIn(language: string, iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  return `${format.format(time)} UTC`
}

/** The last line, which binds the code to a site: https://wicg.github.io/sms-one-time-codes */
function withOrigin(text: string, { content }: Message, origin: string | undefined): string {
  if (origin === undefined || !('code' in content)) return text
  return `${text}\n@${new URL(origin).hostname} #${content.code}`
}
