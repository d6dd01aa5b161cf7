/**
 * The maximum length of a `User-Agent` that is parsed and stored: those of browsers are shorter, and every session
 * stores one.
 */
export const userAgentMaxLength = 300

type Sign = readonly [pattern: RegExp, name: string]

// The order matters: many browsers also claim to be those below them.
const browsers: readonly Sign[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|OPiOS)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]

const systems: readonly Sign[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/** A short name of a device for the session list, such as `Chrome on macOS` or `curl`; `undefined` if unknown. */
export function deviceNameOf(userAgent: string | undefined): string | undefined {
  const text = userAgent?.slice(0, userAgentMaxLength) ?? ''
  if (!text.startsWith('Mozilla/')) return /^[a-z][\w.-]{0,39}(?=$|[/ ])/i.exec(text)?.[0]
  const browser = find(browsers, text)
  const system = find(systems, text)
  return browser && system ? `${browser} on ${system}` : (browser ?? system)
}

function find(signs: readonly Sign[], text: string): string | undefined {
  return signs.find(([pattern]) => pattern.test(text))?.[1]
}
