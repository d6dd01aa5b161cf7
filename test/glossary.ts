/** Words that read like a translation, and what an American engineer would write instead. */
export interface GlossaryEntry {
  find: RegExp
  write: string
  /** Only searched for in titles, details and summaries, because the prose of a page may use them. */
  onlyIn?: 'messages'
}

/** A space in a pattern also matches a line break. Code has been replaced with `¤`, and links have no targets. */
export const glossary: readonly GlossaryEntry[] = [
  { find: /answer(s|ed|ing)?/, write: 'returns, resolves to, responds with; a response' },
  { find: /who(m|so)?ever/, write: 'callers, anyone who, they' },
  { find: /he|him|his|himself/, write: 'they, the caller, the owner' },
  { find: /at once/, write: 'immediately, or concurrently, or at the same time' },
  {
    find: /(take|takes|took|taken|taking) (in|up)(?! (to|turns|one|its|the) )/,
    write: 'accepts, stores, uses',
  },
  { find: /told|tells(?! \w+ apart)/, write: 'is reported, is notified, detects, says, means' },
  { find: /again (does|do) (nothing|no harm)/, write: 'is idempotent' },
  { find: /there (is|are) no/, write: 'X not found', onlyIn: 'messages' },
  { find: /(does|do|did) not mind/, write: 'ignores' },
  { find: /for want of|to be had|for ever|of no (more )?use/, write: 'without, available, forever, invalid' },
  {
    find: /texts|(a|one|any|each|its|every) text(?! (message|field|chunk))/,
    write: 'a string, a text field, a message',
  },
  { find: /rights(?! reserved)/, write: 'permissions' },
  {
    find: /(?<!(IP|IPv4|IPv6|email|e-mail|mail|MAC|network|client|proxy) )address(es)?(?! bar)/,
    write: 'URL, IP address, or email address',
  },
  {
    find: /\w*(normalis|colour|behaviour|recognis|favour|organis|cancell(ed|ing)|e-mail|optimis|serialis|initialis|authoris)\w*/,
    write: 'American spelling: normalize, color, behavior, email',
  },
]

/** Allowed exceptions, with their file and reason. */
export const exceptions: readonly { says: RegExp; only: string; reason: string }[] = [
  {
    says: /address(es)?/,
    only: 'docs/codes.md',
    reason: 'Its first paragraph says that it means an email address or a phone number.',
  },
]

/** A use for which the glossary has a better word. */
export interface GlossaryHit {
  line: number
  words: string
  write: string
}

/** A text that the glossary searches: a page, or a title, a detail or a summary in a source file. */
export interface Place {
  path: string
  kind: 'page' | 'messages'
}

/** The words of a text for which the glossary has better ones. */
export function glossaryHits(text: string, { path, kind }: Place): GlossaryHit[] {
  const prose = proseOf(text)
  const allowed = exceptions
    .filter(({ only }) => only === path)
    .flatMap(({ says }) => [...prose.matchAll(patternOf(says))].map(({ index }) => index))
  return glossary
    .filter(({ onlyIn }) => onlyIn === undefined || onlyIn === kind)
    .flatMap(({ find, write }) =>
      [...prose.matchAll(patternOf(find))]
        .filter(({ index }) => !allowed.includes(index))
        .map(({ index, 0: words }) => ({
          line: prose.slice(0, index).split('\n').length,
          words: words.replace(/\s+/g, ' '),
          write,
        })),
    )
    .sort((one, other) => one.line - other.line)
}

function patternOf(find: RegExp): RegExp {
  return new RegExp(`(?<![\\w.-])(?:${find.source.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi')
}

/** The text without code, comments, link targets and names of tests; all remaining characters stay on their lines. */
function proseOf(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, ' ')
  return text
    .replace(/^( *)```[\s\S]*?^ *```/gm, blank)
    .replace(/<!--[\s\S]*?-->/g, blank)
    .replace(/(`+)[^`]+\1/g, (code) => code.replace(/[^\n]/g, '¤'))
    .replace(/\[[^\]]*\]\([^)\s]*\.test\.ts\)|(?<=¤: )"[^"\n]+"/g, blank)
    .replace(/\]\([^)\s]*\)/g, (target) => `]${' '.repeat(target.length - 1)}`)
}
