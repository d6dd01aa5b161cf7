import { KithError } from '@kith/core'
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
  /** @throws malformed-request where a parameter cannot be decoded */
  params(): Record<string, string>
}

/** All routes, by path. */
export interface RouteTable {
  readonly paths: readonly PathEntry[]
  find(pathname: string): PathMatch | null
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

  return {
    paths: [...entries.values()],
    find(pathname) {
      const exact = entries.get(pathname)
      // A pattern is a key of the map too, but `/:id` in a request is a value like any other.
      if (exact && !exact.path.includes('/:')) return { ...exact, params: () => ({}) }
      for (const { entry, pattern } of patterns) {
        const groups = pattern.exec(pathname)?.groups
        if (groups) return { ...entry, params: () => decode(groups) }
      }
      return null
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

function decode(groups: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
    )
  } catch {
    throw new KithError('malformed-request', { detail: 'The address is not percent-encoded properly.' })
  }
}
