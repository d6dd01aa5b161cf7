/** The letters that a text message encodes in 7 bits each (3GPP TS 23.038, 6.2.1), and those that take two places. */
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const extended = '^{}\\[~]|€'
const signs: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '’': "'",
  '‘': "'",
  '–': '-',
  '—': '-',
  '…': '...',
  ç: 'Ç',
}

/**
 * The text in the alphabet of an SMS of 160 characters, if leaving out accents is enough (`código` → `codigo`), as is
 * usual. Otherwise unchanged: one letter of another script limits the entire text to 70 characters, and then accents
 * cost nothing.
 */
export function toGsm(text: string): string {
  const folded = Array.from(text.normalize('NFC'), fold).join('')
  return gsmLength(folded) === null ? text : folded
}

/** How many of the 160 characters a text takes; `null` if it has a letter that limits it to 70. */
export function gsmLength(text: string): number | null {
  let length = 0
  for (const letter of text) {
    if (basic.includes(letter)) length += 1
    else if (extended.includes(letter)) length += 2
    else return null
  }
  return length
}

function fold(letter: string): string {
  if (basic.includes(letter) || extended.includes(letter)) return letter
  return signs[letter] ?? letter.normalize('NFD').replace(/\p{M}/gu, '')
}
