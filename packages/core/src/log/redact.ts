/** Longer messages are dumps of something. */
const maxLength = 2_000

/**
 * What in a message of a driver may be a secret or belongs to a person, by its look. A message that quotes what it was given has no
 * other mark.
 */
const patterns: readonly (readonly [look: RegExp, instead: string])[] = [
  // What MongoDB says of a duplicate: the values themselves.
  [/(dup key: )\{.*/gs, '$1{…}'],
  // Name and password in a URL, and all of its query: signatures, tokens, keys.
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*(?::[^\s/?#]*)?@/gi, '$1…@'],
  [/([a-z][a-z0-9+.-]*:\/\/[^\s?#'"<>]*)\?[^\s'"<>]*/gi, '$1?…'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 …'],
  // JSON Web Tokens, and hashes of passwords.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '(token)'],
  [/\$(?:argon2\w*|2[aby]|scrypt|pbkdf2[\w-]*)\$[^\s'"]*/g, '(hash)'],
  [/[^\s'"<>@,;:()[\]{}=]+@[^\s'"<>@,;:()[\]{}=]+\.[a-z][\w-]*/gi, '(email)'],
  [/\+\d[\d ()-]{6,}\d/g, '(phone)'],
  // A key or a signature: long, without the dashes of an id.
  [/(?<![\w-])(?=[\w+/]*\d)(?=[\w+/]*[a-z])[\w+]{32,}={0,2}/gi, '(key)'],
  [/\b(password|secret|api[-_]?key|signature|token)(["']?\s*[=:]\s*["']?)[^\s"',;}&]+/gi, '$1$2…'],
]

/** Takes out of a message what nobody should read in a log: these `secrets`, and whatever looks like one. */
export function redact(message: string, secrets: readonly string[] = []): string {
  // Cut last: half a secret has no look.
  let text = message.slice(0, 10 * maxLength)
  for (const secret of secrets) if (secret.length >= 4) text = text.replaceAll(secret, '(secret)')
  for (const [look, instead] of patterns) text = text.replace(look, instead)
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}
