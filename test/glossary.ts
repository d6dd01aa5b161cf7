/** Words that read like a translation, and what an American engineer would write. */
export interface GlossaryEntry {
  find: RegExp
  write: string
  /** Only searched for in titles, details and summaries, where the prose of a page may have them. */
  onlyIn?: 'messages'
}

/** A space in a pattern also matches the end of a line. Code is `¤` by then, and a link has lost its target. */
export const glossary: readonly GlossaryEntry[] = [
  { find: /answer(s|ed|ing)?/, write: 'returns, resolves to, responds with; a response' },
  { find: /who(m|so)?ever/, write: 'callers, anyone who, they' },
  { find: /he|him|his|himself/, write: 'they, the caller, the owner' },
  { find: /at once/, write: 'immediately, or concurrently, or at the same time' },
  { find: /(take|takes|took|taken|taking) (in|up)(?! (to|turns|one|its|the) )/, write: 'accepts, stores, uses' },
  { find: /told|tells/, write: 'is reported, is notified, detects, says, means' },
  { find: /again (does|do) (nothing|no harm)/, write: 'is idempotent' },
  { find: /there (is|are) no/, write: 'X not found', onlyIn: 'messages' },
  { find: /(does|do|did) not mind/, write: 'ignores' },
  { find: /for want of|to be had|for ever|of no (more )?use/, write: 'without, available, forever, invalid' },
  { find: /texts|(a|one|any|each|its|every) text(?! message)/, write: 'a string, a text field, a message' },
  { find: /rights(?! reserved)/, write: 'permissions' },
  {
    find: /(?<!(IP|IPv4|IPv6|email|e-mail|mail|MAC|network|client|proxy) )address(es)?/,
    write: 'URL, IP address, or email address',
  },
  { find: /for those (who|that)|none of (its|their|your) business/, write: 'for people who; does not concern it' },
  {
    find: /\w*(normalis|colour|behaviour|recognis|favour|organis|e-mail|optimis|serialis|initialis|authoris)\w*/,
    write: 'American spelling: normalize, color, behavior, email',
  },
]

/** What may stay: the words as they stand in the page, and why. */
export const exceptions: readonly { says: RegExp; reason: string }[] = [
  { says: /stakeholder/, reason: 'placeholder' },
]

/** A use that the glossary knows better. */
export interface GlossaryHit {
  line: number
  words: string
  write: string
}

/** What to write in place of what a text says; `messages` for what is a title, a detail or a summary. */
export function glossaryHits(text: string, kind: 'page' | 'messages' = 'page'): GlossaryHit[] {
  const prose = proseOf(text)
  return glossary
    .filter(({ onlyIn }) => onlyIn === undefined || onlyIn === kind)
    .flatMap(({ find, write }) =>
      [...prose.matchAll(patternOf(find))]
        .filter(({ index, 0: words }) => !isExcepted(prose, index, index + words.length))
        .map(({ index, 0: words }) => ({
          line: prose.slice(0, index).split('\n').length,
          words: words.replace(/\s+/g, ' '),
          write,
        })),
    )
    .sort((one, other) => one.line - other.line)
}

function patternOf(find: RegExp): RegExp {
  return new RegExp(`(?<![\\w-])(?:${find.source.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi')
}

/** Whether an exception covers these words where they stand. */
function isExcepted(prose: string, start: number, end: number): boolean {
  return exceptions.some(({ says }) =>
    [...prose.matchAll(patternOf(says))].some(
      ({ index, 0: words }) => index <= start && end <= index + words.length,
    ),
  )
}

/** Without code, comments, targets of links, and names of tests; every character that is left stays on its line. */
function proseOf(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, ' ')
  return text
    .replace(/^( *)```[\s\S]*?^ *```/gm, blank)
    .replace(/<!--[\s\S]*?-->/g, blank)
    .replace(/(`+)[^`]+\1/g, (code) => code.replace(/[^\n]/g, '¤'))
    .replace(/\]\([^)\s]*\)/g, (target) => `]${' '.repeat(target.length - 1)}`)
}
