import { isPlain, looseReading, splitTarget, withoutOrigin } from './request-target.ts'
import type { Method, Route } from './route.ts'

/** A path of the table. */
interface PathEntry {
  /** With the prefix. */
  path: string
  routes: ReadonlyMap<Method, Route>
  /** The methods it answers, as in an `Allow` header. */
  allow: string
}

/** A path of a request that was found in the table. */
export interface PathMatch extends PathEntry {
  kind: 'found'
  params: Readonly<Record<string, string>>
  /** The path of the target, as it stands. */
  requested: string
  /** The query of the target, without the question mark. */
  query: string
}

/** A target that some router, proxy or browser would take for a path of the table, and another one would not. */
interface AmbiguousTarget {
  kind: 'ambiguous'
}

/** Where a target leads. */
export type RouteMatch = PathMatch | AmbiguousTarget

/** All routes, by path. */
export interface RouteTable {
  readonly paths: readonly PathEntry[]
  /** Reads a target, as it stands on the request line; `null` where it is none of Kith's. What the host's router took for another `route` is ambiguous. */
  find(target: string, route?: string): RouteMatch | null
}

/** Creates the table. Paths are compared exactly, and a parameter never matches an empty segment. */
export function createRouteTable(prefix: string, routes: readonly Route[]): RouteTable {
  const entries = new Map<string, PathEntry & { routes: Map<Method, Route> }>()
  for (const route of routes) {
    const path = prefix + route.path
    const entry = entries.get(path) ?? { path, routes: new Map<Method, Route>(), allow: '' }
    entries.set(path, entry)
    entry.routes.set(route.method, route)
    entry.allow = allowOf([...entry.routes.keys()])
  }
  const patterns = [...entries.values()]
    .filter(({ path }) => path.includes('/:'))
    .map((entry) => ({ entry, pattern: patternOf(entry.path) }))

  function match(path: string): { entry: PathEntry; groups: Readonly<Record<string, string>> } | null {
    const exact = entries.get(path)
    // A pattern is a key of the map too, but `/:id` in a request is a value like any other.
    if (exact && !exact.path.includes('/:')) return { entry: exact, groups: {} }
    for (const { entry, pattern } of patterns) {
      const groups = pattern.exec(path)?.groups
      if (groups) return { entry, groups }
    }
    return null
  }

  /** Whether a path that is not plain begins as those of Kith do, and would be one of them for somebody. */
  function couldBeOurs(path: string): boolean {
    const ownPath = withoutOrigin(path)
    return ownPath.startsWith(prefix) && (match(ownPath) ?? match(looseReading(path))) !== null
  }

  return {
    paths: [...entries.values()],
    find(target, route) {
      const { path, query } = splitTarget(target)
      // No client sends a fragment (RFC 9112, 3.2), and readers differ in where one ends a query.
      if (!isPlain(path) || query.includes('#')) return couldBeOurs(path) ? { kind: 'ambiguous' } : null
      const found = match(path)
      if (!found) return null
      const { entry, groups } = found
      if (route !== undefined && route !== entry.path) return { kind: 'ambiguous' }
      const { routes, allow } = entry
      return {
        kind: 'found',
        path: entry.path,
        routes,
        allow,
        requested: path,
        query,
        params: decode(groups),
      }
    },
  }
}

function allowOf(methods: readonly Method[]): string {
  const answered = methods.includes('GET') ? [...methods, 'HEAD'] : methods
  return [...answered, 'OPTIONS'].join(', ')
}

function patternOf(path: string): RegExp {
  const segments = path
    .split('/')
    .map((segment) =>
      segment.startsWith(':') ? `(?<${segment.slice(1)}>[^/]+)` : segment.replace(/[.~-]/g, '\\$&'),
    )
  return new RegExp(`^${segments.join('/')}$`)
}

function decode(groups: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]))
}
