/** What routers, proxies, browsers and file systems take for a slash, or for a slash with nothing after it. */
const separators = [
  '\\',
  '//',
  '/./',
  '/.\\',
  '\\.\\',
  '/%2e/',
  '/x/../',
  '/x\\..\\',
  '/x/%2e%2e/',
  '/x/.%2E/',
  '/x/..;/',
  '/;x/',
  '%2f',
  '%2F',
  '%5c',
  '%252f',
  '/%00/',
  '/%EF%BC%8E/',
  '%EF%BC%8F',
  '%c0%af',
]

/** What some of them drop at the end of a path, or cut it at. */
const endings = [
  '/',
  '//',
  '\\',
  '/.',
  '/%2e',
  '/x/..',
  '/x\\..',
  '%2f',
  '%5c',
  ';',
  ';x=1',
  '%3b',
  '%3f',
  '%3fx',
  '%23',
  '%00',
  '%0a',
  '%0d%0a',
  '%09',
  '%20',
  '%7f',
  '%C2%85',
]

/**
 * Spellings of `basePath + path` that a router, a proxy or a browser could take for it, and another one for something
 * else. The path has two segments of letters.
 */
export function ambiguousSpellings(basePath: string, path: string): string[] {
  const [first = '', last = ''] = path.split('/').slice(1)
  const before = separators.map((separator) => `${basePath}${separator}${first}/${last}`)
  const between = separators.map((separator) => `${basePath}/${first}${separator}${last}`)
  const inLast = encodings(last).map((name) => `${basePath}/${first}/${name}`)
  const inFirst = encodings(first).map((name) => `${basePath}/${name}/${last}`)
  return [
    // Before the first segment anything but a slash would be part of the last one of the base.
    ...before.filter((spelling) => spelling.startsWith(`${basePath}/`)),
    ...between,
    ...endings.map((ending) => basePath + path + ending),
    ...inLast,
    ...inFirst,
    ...folders.flatMap((folder) => climbs(folder, `${first}\\${last}`)).map((way) => `${basePath}/${way}`),
  ]
}

/** Where one segment of a path of Kith is free. */
const folders = ['users/', 'posts/', 'media/files/', 'media/avatars/', 'users/me/sessions/']

/**
 * Paths that are one segment in a folder for a router, and lead out of it for readers that take a backslash for a
 * slash.
 */
function climbs(folder: string, goal: string): string[] {
  const depth = folder.split('/').length - 1
  const up = (dots: string, count: number) => `${dots}\\`.repeat(count)
  return [
    up('..', depth) + goal,
    `x\\${up('..', depth + 1)}${goal}`,
    `.\\${up('..', depth)}${goal}`,
    up('%2e%2e', depth) + goal,
    up('.%2E', depth) + goal,
    `${up('..', depth)}${goal}\\.`,
    `${up('..', depth)}${goal.replace('\\', '\\x\\..\\')}`,
  ].map((way) => folder + way)
}

/** Spellings of another path for most readers, and for all of Kith, however a host interprets them. */
export function foreignSpellings(basePath: string, path: string): string[] {
  return [
    `http://other.example${basePath}${path}`,
    `HTTP://localhost${basePath}${path}`,
    `http://other.example${basePath}/.\\${path.slice(1)}`,
    `//other.example${basePath}${path}`,
    `/x/..${basePath}${path}`,
    `/.${basePath}${path}`,
    `/%2e${basePath}${path}`,
    `/${basePath}${path}`,
    `\\${basePath}${path}`,
    `${basePath.replaceAll('/', '\\')}${path}`,
    `${basePath.toUpperCase()}${path}`,
    `${basePath}${path.toUpperCase()}`,
    `${basePath}${path}#x`,
    `${basePath}${path}?x#y`,
  ]
}

function encodings(word: string): string[] {
  const [letter = '', rest = ''] = [word.slice(0, 1), word.slice(1)]
  const code = letter.charCodeAt(0)
  const fullWidth = encodeURIComponent(String.fromCharCode(code + 0xfee0))
  return [
    `%${code.toString(16)}${rest}`,
    `%25${code.toString(16)}${rest}`,
    `${fullWidth}${rest}`,
    `%20${word}`,
    `%00${word}`,
  ]
}
