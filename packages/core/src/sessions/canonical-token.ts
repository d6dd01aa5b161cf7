// A part is base64url without padding; the unused bits of its last letter are zero.
const part = '(?=[\\w-])(?:[\\w-]{4})*(?:[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])?'
const pattern = new RegExp(`^${part}\\.${part}\\.${part}$`)

/** Whether a token is encoded exactly as we write it: other encodings of the same bytes are refused. */
export function isCanonicalToken(text: string, maxLength: number): boolean {
  return text.length <= maxLength && pattern.test(text)
}
