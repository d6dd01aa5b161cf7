/** Longer than paths of pages; must fit into a cookie. */
const maxLength = 500
const anyOrigin = 'https://own.invalid'

/**
 * Whether a redirect to this path stays on the page's own origin, even if a router or proxy decodes it again: browsers
 * treat `//other.example` and `/\other.example` as other sites. Without a fragment, which Kith adds.
 */
export function isOwnPath(path: string): boolean {
  if (path.length > maxLength || /[#\s]/.test(path)) return false
  const [start = ''] = path.split('?')
  const decoded = decode(start)
  return decoded !== null && [start, decoded].every(staysHere)
}

function staysHere(path: string): boolean {
  if (!path.startsWith('/') || path.startsWith('//') || /[\\\p{Cc}]/u.test(path)) return false
  const { origin, pathname } = new URL(path, anyOrigin)
  return origin === anyOrigin && !pathname.startsWith('//')
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}
