/** Longer messages are dumps. */
const maxLength = 2_000
/** The maximum length that is searched; anything beyond is cut off anyway. */
const maxRead = 10_000

/**
 * Patterns of secrets and personal data in a driver's message. There is no other way to recognize them in messages that
 * quote their input. Every pattern takes linear time: a message may be attacker-controlled.
 */
const patterns: readonly (readonly [look: RegExp, instead: string])[] = [
  // MongoDB's duplicate key error contains the values themselves.
  [/(dup key: )\{.*/gs, '$1{…}'],
  // Name and password in a URL, and its entire query: signatures, tokens, keys.
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@]{0,200}(?::[^\s/?#]{0,200})?@/gi, '$1…@'],
  [/([a-z][a-z0-9+.-]{0,30}:\/\/[^\s?#'"<>]{0,500})\?[^\s'"<>]*/gi, '$1?…'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 …'],
  // JSON Web Tokens, and password hashes.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '(token)'],
  [/\$(?:argon2\w*|2[aby]|scrypt|pbkdf2[\w-]*)\$[^\s'"]*/g, '(hash)'],
  [/[^\s'"<>@,;:()[\]{}=/…]{1,80}@[^\s'"<>@,;:()[\]{}=/]{1,80}\.[a-z][\w-]*/gi, '(email)'],
  [/\+\d[\d ()-]{6,20}\d/g, '(phone)'],
  [
    /\b([\w-]{0,20}(?:password|secret|api[-_]?key|signature|token|verifier))(["']?\s{0,3}[=:]\s{0,3})(?:"[^"]*"?|'[^']*'?|[^\s"',;}&]+)/gi,
    '$1$2…',
  ],
]

/** Characters that move the cursor of a log viewer, recolor it or reverse its text; not line breaks. */
const unprintable = /[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** A key or a signature: long, without the dashes of an id. A word has no digits, and a number no letters. */
function hideKey(run: string): string {
  return /\d/.test(run) && /[a-z]/i.test(run) ? '(key)' : run
}

/** Removes from a message what nobody should read in a log: these `secrets`, and anything that looks like one. */
export function redact(message: string, secrets: readonly string[] = []): string {
  // Cut last: half a secret matches no pattern.
  let text = message.slice(0, maxRead)
  for (const secret of secrets) if (secret.length >= 4) text = text.replaceAll(secret, '(secret)')
  for (const [look, instead] of patterns) text = text.replace(look, instead)
  text = text.replace(/(?<![\w-])[\w+]{32,}={0,2}/g, hideKey).replace(unprintable, '\ufffd')
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}
