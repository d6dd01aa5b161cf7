import { chooseLanguage } from './accept-language.ts'
import { cleanMessage, oneLine } from './clean-content.ts'
import { toGsm } from './gsm.ts'
import { type Layout, plainLayout, plainText } from './layout.ts'
import type { MessageText, MessageTexts, OwnTexts, TextContext } from './message-texts.ts'
import type { Message, MessageKind } from './messenger.ts'
import { english } from './texts/english.ts'
import { german } from './texts/german.ts'
import { spanish } from './texts/spanish.ts'

/** How messages are written. */
export interface RenderOptions {
  /** How the app calls itself, in every message. */
  appName: string
  /** Words of the app, by language and kind. They replace those of Kith and add languages. @default none */
  texts?: OwnTexts | undefined
  /** The language for who asks for none that there is. @default 'en' */
  language?: string | undefined
  /** The HTML of email. @default a plain layout for light and dark mode */
  layout?: Layout | undefined
  /** The site where codes of text messages are entered, such as `https://photos.example`: browsers offer them there, and nowhere else. @default none */
  origin?: string | undefined
}

/** An email as it is read. */
export interface RenderedEmail {
  channel: 'email'
  subject: string
  text: string
  html: string
  /** The language that was chosen, BCP 47. */
  language: string
}

/** A text message as it is read. */
export interface RenderedSms {
  channel: 'sms'
  text: string
  /** The language that was chosen, BCP 47. */
  language: string
}

/** The languages that Kith speaks. */
export const kithTexts: Readonly<Record<'en' | 'de' | 'es', MessageTexts>> = {
  en: english,
  de: german,
  es: spanish,
}

/**
 * Writes a message in the language of its reader. What is not the app's own in it — names, devices, addresses — is made harmless
 * before any text gets it.
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

/** The words of any kind: which content goes with them is known by the kind alone. */
type AnyWords = MessageText<MessageKind>

interface Words {
  words: AnyWords
  language: string
}

/** A language counts where it has words for this kind. */
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

/** The last line by which browsers know where a code belongs: https://wicg.github.io/sms-one-time-codes */
function withOrigin(text: string, { content }: Message, origin: string | undefined): string {
  if (origin === undefined || !('code' in content)) return text
  return `${text}\n@${new URL(origin).hostname} #${content.code}`
}
