/** Keyboard rows that people type along, with the alphabet and the digits. */
const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  '1q2w3e4r5t6y7u8i9o0p',
  '!@#$%^&*()_+',
]
const runs = [...rows, ...rows.map((row) => [...row].reverse().join(''))]
const shortestRun = 4

/** Half of the shortest secret. */
const fewestSecretCharacters = 16
const fewestSymbols = 7

/** Words in placeholder secrets. A random string does not contain one of this length by chance. */
const placeholder = new RegExp(
  [
    'change[-_ ]?(?:me|it|this)',
    'replace[-_ ]?(?:me|it|this)',
    'your.{0,12}secret',
    '(?:my|super|default|dummy|sample|jwt|auth|app|session)[-_ ]?secret',
    'secret[-_ ]?key',
    'not[-_ ]?(?:so|a|very)[-_ ]?secret',
    'keyboard[-_ ]?cat',
    'placeholder',
    'password',
    'insert[-_ ]?your',
    '(?:change|replace|use)d?[-_ ]?in[-_ ]?production',
    'do[-_ ]?not[-_ ]?use',
    'lorem[-_ ]?ipsum',
  ].join('|'),
  'i',
)

/**
 * Whether a secret repeats itself, runs along the keyboard, has hardly any distinct symbols or is the placeholder of an
 * example.
 */
export function isGuessableSecret(secret: string): boolean {
  return (
    newCharacters(secret) < fewestSecretCharacters ||
    new Set(secret).size < fewestSymbols ||
    placeholder.test(secret)
  )
}

/**
 * How many characters of a string add information: those that repeat earlier ones, the previous one or continue a
 * keyboard row, do not. A random string keeps nearly its full length.
 */
export function newCharacters(text: string): number {
  const lower = text.toLowerCase()
  let count = 0
  for (let at = 0; at < lower.length;) {
    const run = runLength(lower, at)
    const repeats =
      at > 0 && (lower[at] === lower[at - 1] || lower.lastIndexOf(lower.slice(at, at + 3), at - 1) !== -1)
    if (run >= shortestRun || !repeats) count++
    at += run >= shortestRun ? run : 1
  }
  return count
}

function runLength(text: string, at: number): number {
  let longest = 0
  for (const run of runs) {
    // A row may contain the first character twice; the second place is the end of the digits and starts nothing.
    const from = run.indexOf(text[at] ?? '')
    if (from === -1) continue
    let length = 0
    while (at + length < text.length && text[at + length] === run[from + length]) length++
    longest = Math.max(longest, length)
  }
  return longest
}
