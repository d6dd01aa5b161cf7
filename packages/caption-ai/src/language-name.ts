const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })

/**
 * What a BCP 47 tag is called in English: `Austrian German`; `null` for one that names no known language. Of the tag only
 * language, script and region count: the rest could be any words, and the name becomes part of the instructions.
 */
export function languageName(tag: string): string | null {
  try {
    const { language, script, region } = new Intl.Locale(tag)
    const known = [language, script, region].filter((part) => part !== undefined).join('-')
    return names.of(known) ?? null
  } catch {
    return null
  }
}
