/** Letters of scripts whose spelling needs an invisible joiner between them. */
const joining = scripts(
  'Arabic Syriac Mandaic Nko Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala ' +
    'Khmer Myanmar Tibetan Balinese Javanese Newa Chakma Sharada Grantha Tirhuta',
)
/** The scripts that mark the end of a word with a zero-width space. */
const spaceless = scripts('Khmer Lao Thai Myanmar')
const viramas = '\\u094D\\u09CD\\u0A4D\\u0ACD\\u0B4D\\u0BCD\\u0C4D\\u0CCD\\u0D4D\\u0DCA'
const picture = '\\p{Extended_Pictographic}(?:\\p{Emoji_Modifier}|[\\uFE0E\\uFE0F])?'

/** Where an invisible character is legitimate: it changes what a reader sees. */
const legitimate = [
  // Flags of regions, such as Scotland's.
  '\\u{1F3F4}[\\u{E0061}-\\u{E007A}]{2}[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{1,3}\\u{E007F}',
  '[0-9#*]\\uFE0F\\u20E3',
  `${picture}(?:\\u200D${picture}){0,9}`,
  '\\p{Script=Han}[\\uFE00-\\uFE02\\u{E0100}-\\u{E01EF}]',
  '(?=\\p{L})\\p{Script=Mongolian}[\\u180B-\\u180F]',
  `${joining}[\\u200C\\u200D](?=${joining})`,
  `[${viramas}\\u0647][\\u200C\\u200D]`,
  `${spaceless}\\u200B(?=${spaceless})`,
]

/** The formatting characters with a visible shape: Arabic, Syriac and Kaithi signs around numbers. */
const visibleFormat = '\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u{110BD}\\u{110CD}'
/** Blank or never a character, although Unicode classifies them as letters, symbols and marks. */
const blank = '\\u2800\\u{1D159}\\u{13441}\\u{13442}\\u{16FE4}\\p{Noncharacter_Code_Point}'
const invisible = `(?![${visibleFormat}])[\\p{Cf}\\p{Default_Ignorable_Code_Point}\\p{Zl}\\p{Zp}${blank}]`

const token = new RegExp(`${legitimate.join('|')}|(${invisible})`, 'gu')

/**
 * Whether a string has an invisible character, or one that changes the direction of the text around it, where no script
 * and no emoji needs it.
 */
export function hasInvisible(text: string): boolean {
  for (const [, hidden] of text.matchAll(token)) if (hidden !== undefined) return true
  return false
}

/** The string without such characters. */
export function withoutInvisible(text: string): string {
  return text.replace(token, (found, hidden: string | undefined) => (hidden === undefined ? found : ''))
}

/** Whether the string has anything visible. */
export function hasVisible(text: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(withoutInvisible(text))
}

function scripts(names: string): string {
  const any = names.split(' ').map((name) => `\\p{Script=${name}}`)
  return `(?=[\\p{L}\\p{M}])[${any.join('')}]`
}
