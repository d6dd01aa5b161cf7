import { commonPasswords } from './common-passwords.ts'

/** Letters that digits and signs stand for; the same class for what cannot be told apart. */
const leet: Readonly<Record<string, string>> = Object.freeze({
  '0': 'o',
  '1': 'i',
  '!': 'i',
  '|': 'i',
  l: 'i',
  '2': 'z',
  '3': 'e',
  '€': 'e',
  '4': 'a',
  '@': 'a',
  '5': 's',
  $: 's',
  '6': 'g',
  '9': 'g',
  '7': 't',
  '+': 't',
  '8': 'b',
})

/** Cyrillic and Greek letters that cannot be told from Latin ones. */
const latin: ReadonlyMap<string, string> = lookAlikes(
  'авекмнорстухіјѕһԁԛԝαεικνορτυχ',
  'abekmhopctyxijshdqwaeikvoptux',
)

/** So many letters beside the words make a password more than a word in disguise. */
const enoughLetters = 4
/** Shorter words are found in anything; where signs stand for letters too, so are those of three letters. */
const shortest = { asTyped: 3, asLeet: 4 }

/**
 * Whether a password is little more than these words: in any case, reversed, doubled, put together, with signs for letters,
 * with digits, signs, one letter again and again, or up to three other letters around them, and with one common password: `iloveanna1`.
 */
export function isDisguise(password: string, words: readonly string[]): boolean {
  const typed = plain(password)
  const letters = lettersOf(typed)
  const exact = words.map((word) => lettersOf(plain(word))).filter(longerThan(shortest.asTyped))
  const read = exact.filter(longerThan(shortest.asLeet)).map(readLeet)
  const signs = typed.replace(/[^\p{L}\p{N}!|€@$+]/gu, '')
  return (
    isCovered(letters, letters, exact) ||
    isCovered(readLeet(letters), letters, read) ||
    isCovered(readLeet(signs), signs, read)
  )
}

/** A name with the words it is made of: `Ada.Lovelace` is also `ada` and `lovelace`. */
export function wordsOf(name: string): string[] {
  return [name, ...name.split(/[^\p{L}\p{N}\p{M}]+/u)].filter((word) => word !== '')
}

/** Takes the words out of `compared`, the longest first, and looks at what was typed beside them. */
function isCovered(compared: string, typed: string, words: readonly string[]): boolean {
  const forms = new Set(words.flatMap((word) => [word, [...word].reverse().join('')]))
  let rest = compared
  for (const form of [...forms].sort((one, other) => other.length - one.length)) {
    // Blanked rather than cut out, so that what stood on both sides of it makes no new word.
    rest = rest.replaceAll(form, '\0'.repeat(form.length))
  }
  if (!rest.includes('\0')) return false
  // By UTF-16 units: reading signs as letters keeps the places.
  const beside = typed
    .split('')
    .map((unit, at) => (rest[at] !== '\0' && /[\p{L}\p{Cs}]/u.test(unit) ? unit : ' '))
  const pieces = beside
    .join('')
    .split(/ +/)
    .filter((piece) => !/^(.)\1*$/u.test(piece))
  const letters = pieces.reduce((sum, { length }) => sum + length, 0)
  const longest = pieces.reduce((most, piece) => Math.max(most, isCommonWord(piece) ? piece.length : 0), 0)
  return letters - longest < enoughLetters
}

/** Whether it says nothing beside a name. */
function isCommonWord(text: string): boolean {
  return commonPasswords().has(text)
}

/** Without case, accents and compatibility forms, and in Latin letters what looks like them. */
export function plain(text: string): string {
  const folded = text.normalize('NFKD').toUpperCase().toLowerCase().replace(/\p{M}/gu, '')
  return folded.replace(/[\u0370-\u052f]/g, (letter) => latin.get(letter) ?? letter)
}

/** What is left of a text without blanks, signs and what cannot be seen. */
export function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '')
}

function readLeet(text: string): string {
  return text.replace(/[01!|l23€4@5$6978+]/g, (character) => leet[character] ?? character)
}

// Names in ideographs are short.
function longerThan(minimum: number): (word: string) => boolean {
  return (word) => word.length >= (/^[a-z0-9]+$/.test(word) ? minimum : 2)
}

function lookAlikes(letters: string, latins: string): Map<string, string> {
  return new Map([...letters].map((letter, at) => [letter, latins[at] ?? letter]))
}
