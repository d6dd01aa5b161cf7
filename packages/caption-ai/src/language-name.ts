const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })

/**
 * The English name of a BCP 47 tag: `Austrian German`; `null` for an unknown language. Only language, script and region
 * of the tag count: the rest could be any words, and the name becomes part of the instructions.
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
