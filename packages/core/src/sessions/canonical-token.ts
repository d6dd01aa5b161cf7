// A part is base64url without padding; the bits that its last letter has too many are zero.
const part = '(?=[\\w-])(?:[\\w-]{4})*(?:[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])?'
const pattern = new RegExp(`^${part}\\.${part}\\.${part}$`)

/** Whether a token is spelled the one way that we write it: other texts of the same bytes are not let in. */
export function isCanonicalToken(text: string, maxLength: number): boolean {
  return text.length <= maxLength && pattern.test(text)
}
