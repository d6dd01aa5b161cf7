import { commonPasswords } from './common-passwords.ts'

/** Letters that digits and signs stand for; indistinguishable letters share a class. */
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

/** Cyrillic and Greek letters that look like Latin ones. */
const latin: ReadonlyMap<string, string> = lookAlikes(
  'авекмнорстухіјѕһԁԛԝαεικνορτυχ',
  'abekmhopctyxijshdqwaeikvoptux',
)

/** With this many letters besides the words, a password is more than a disguised word. */
const enoughLetters = 4
/** Shorter words occur in anything; with signs for letters, so do words of three letters. */
const shortest = { asTyped: 3, asLeet: 4 }

/**
 * Whether a password is little more than these words: in any case, reversed, doubled, combined, with signs for letters,
 * with digits, signs, a repeated letter, or up to three other letters around them, and with one common password:
 * `iloveanna1`.
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

/** A name, with the words it consists of: `Ada.Lovelace` is also `ada` and `lovelace`. */
export function wordsOf(name: string): string[] {
  return [name, ...name.split(/[^\p{L}\p{N}\p{M}]/u)]
}

/** Removes the words from `compared`, the longest first, and examines the rest of the typed password. */
function isCovered(compared: string, typed: string, words: readonly string[]): boolean {
  const forms = new Set(words.flatMap((word) => [word, [...word].reverse().join('')]))
  let rest = compared
  for (const form of [...forms].sort((one, other) => other.length - one.length)) {
    // Blanked rather than cut out, so that the text on both sides does not form a new word.
    rest = rest.replaceAll(form, '\0'.repeat(form.length))
  }
  if (!rest.includes('\0')) return false
  // Indexed by UTF-16 units: reading signs as letters keeps the positions.
  const beside = typed
    .split('')
    .map((unit, at) => (rest[at] !== '\0' && /[\p{L}\p{Cs}]/u.test(unit) ? unit : ' '))
  const pieces = beside
    .join('')
    .split(' ')
    .filter((piece) => !/^(.)\1*$/u.test(piece))
  const letters = pieces.reduce((sum, { length }) => sum + length, 0)
  const longest = pieces.reduce((most, piece) => Math.max(most, isCommonWord(piece) ? piece.length : 0), 0)
  return letters - longest < enoughLetters
}

/** Whether it adds nothing to a name. */
function isCommonWord(text: string): boolean {
  return commonPasswords().has(text)
}

/** Without case, accents and compatibility forms, with look-alikes mapped to Latin letters. */
export function plain(text: string): string {
  const folded = text.normalize('NFKD').toUpperCase().toLowerCase().replace(/\p{M}/gu, '')
  return folded.replace(/[\u0370-\u052f]/g, (letter) => latin.get(letter) ?? letter)
}

/** A string without blanks, signs and invisible characters. */
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
