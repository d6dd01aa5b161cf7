/** Longer messages are dumps of something. */
const maxLength = 2_000
/** So much is looked through; what is behind is cut in any case. */
const maxRead = 10_000

/**
 * What in a message of a driver may be a secret or belongs to a person, by its look. A message that quotes what it was given has no
 * other mark. No look takes more than linear time: a message may be of somebody's making.
 */
const patterns: readonly (readonly [look: RegExp, instead: string])[] = [
  // What MongoDB says of a duplicate: the values themselves.
  [/(dup key: )\{.*/gs, '$1{…}'],
  // Name and password in a URL, and all of its query: signatures, tokens, keys.
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@]{0,200}(?::[^\s/?#]{0,200})?@/gi, '$1…@'],
  [/([a-z][a-z0-9+.-]{0,30}:\/\/[^\s?#'"<>]{0,500})\?[^\s'"<>]*/gi, '$1?…'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 …'],
  // JSON Web Tokens, and hashes of passwords.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '(token)'],
  [/\$(?:argon2\w*|2[aby]|scrypt|pbkdf2[\w-]*)\$[^\s'"]*/g, '(hash)'],
  [/[^\s'"<>@,;:()[\]{}=/…]{1,80}@[^\s'"<>@,;:()[\]{}=/]{1,80}\.[a-z][\w-]*/gi, '(email)'],
  [/\+\d[\d ()-]{6,20}\d/g, '(phone)'],
  [
    /\b([\w-]{0,20}(?:password|secret|api[-_]?key|signature|token|verifier))(["']?\s{0,3}[=:]\s{0,3})(?:"[^"]*"?|'[^']*'?|[^\s"',;}&]+)/gi,
    '$1$2…',
  ],
]

/** What moves the cursor of anyone who reads the log, recolors it or turns its text around; not the end of a line. */
const unprintable = /[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** A key or a signature: long, without the dashes of an id. A word has no digits, and a number no letters. */
function hideKey(run: string): string {
  return /\d/.test(run) && /[a-z]/i.test(run) ? '(key)' : run
}

/** Takes out of a message what nobody should read in a log: these `secrets`, and whatever looks like one. */
export function redact(message: string, secrets: readonly string[] = []): string {
  // Cut last: half a secret has no look.
  let text = message.slice(0, maxRead)
  for (const secret of secrets) if (secret.length >= 4) text = text.replaceAll(secret, '(secret)')
  for (const [look, instead] of patterns) text = text.replace(look, instead)
  text = text.replace(/(?<![\w-])[\w+]{32,}={0,2}/g, hideKey).replace(unprintable, '\ufffd')
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}
