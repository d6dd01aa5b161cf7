import { isPlain, looseReading, splitTarget, withoutOrigin } from './request-target.ts'
import type { Method, Route } from './route.ts'

/** A path of the table. */
interface PathEntry {
  /** With the prefix. */
  path: string
  routes: ReadonlyMap<Method, Route>
  /** Methods of disabled routes, where the app may have its own. */
  leftOut: ReadonlySet<string>
  /** The methods of the path, including disabled ones, as in an `Allow` header. */
  allow: string
}

/** A path that Kith handles, for frameworks that register each method of each path. */
export interface Mount {
  /** With the prefix; a segment that begins with a colon is a parameter. */
  readonly path: string
  /**
   * Whether Kith handles requests with this method, if only to list the methods of the path: not for disabled routes.
   */
  answers(method: string): boolean
}

/** A requested path that was found in the table. */
export interface PathMatch extends PathEntry {
  kind: 'found'
  params: Readonly<Record<string, string>>
  /** The path of the target, unchanged. */
  requested: string
  /** The query of the target, without the question mark. */
  query: string
}

/** A target that some router, proxy or browser would take for a path of the table, and another one would not. */
interface AmbiguousTarget {
  kind: 'ambiguous'
}

/** The result for a target. */
export type RouteMatch = PathMatch | AmbiguousTarget

/** All routes, by path. */
export interface RouteTable {
  /** The paths of all routes, including disabled ones: Kith handles their preflights. */
  readonly mounts: readonly Mount[]
  /**
   * Looks up a target, as on the request line; `null` if it is none of Kith's, or of a disabled route. If the host's
   * router took it for another `route`, it is ambiguous.
   */
  find(target: string, method: string, route?: string): RouteMatch | null
}

/**
 * Creates the table of these routes, without the disabled ones. Paths are compared exactly, and a parameter never
 * matches an empty segment.
 */
export function createRouteTable(
  prefix: string,
  routes: readonly Route[],
  isWanted: (route: Route) => boolean = () => true,
): RouteTable {
  const entries = new Map<string, PathEntry & { routes: Map<Method, Route>; leftOut: Set<string> }>()
  for (const route of routes) {
    const path = prefix + route.path
    const entry = entries.get(path) ?? { path, routes: new Map(), leftOut: new Set(), allow: '' }
    entries.set(path, entry)
    if (isWanted(route)) entry.routes.set(route.method, route)
    else entry.leftOut.add(route.method)
    entry.allow = allowOf(routes.filter((other) => other.path === route.path).map(({ method }) => method))
  }
  const patterns = [...entries.values()]
    .filter(({ path }) => path.includes('/:'))
    .map((entry) => ({ entry, pattern: patternOf(entry.path) }))
  const leftOut = [...entries.values()]
    .filter((entry) => entry.leftOut.size > 0)
    .map((entry) => ({ entry, exact: patternOf(entry.path), inAnyCase: patternOf(entry.path, 'i') }))
  const beginning = prefix.toLowerCase()

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

  /** Whether a path that is not plain starts like those of Kith, and some reader would take it for one. */
  function couldBeOurs(path: string): boolean {
    const ownPath = withoutOrigin(path)
    return ownPath.startsWith(prefix) && (match(ownPath) ?? match(looseReading(path))) !== null
  }

  /**
   * Whether a path is that of a disabled route in another letter case. Most routers are case-insensitive and run the
   * app's own route, bypassing a case-sensitive rule on its path. Kith's own routes need no such care: it does not run
   * them.
   */
  function hasOtherCase(path: string, method: string): boolean {
    if (leftOut.length === 0 || !path.slice(0, prefix.length).toLowerCase().startsWith(beginning))
      return false
    return leftOut.some(
      ({ entry, exact, inAnyCase }) =>
        entry.leftOut.has(routedAs(method)) && inAnyCase.test(path) && !exact.test(path),
    )
  }

  return {
    mounts: [...entries.values()].map((entry) => ({
      path: entry.path,
      answers: (method) => isAnswered(entry, method),
    })),
    find(target, method, route) {
      const { path, query } = splitTarget(target)
      // No client sends a fragment (RFC 9112, 3.2), and readers differ in where one ends a query.
      if (!isPlain(path) || query.includes('#')) return couldBeOurs(path) ? { kind: 'ambiguous' } : null
      const found = match(path)
      if (!found || !isAnswered(found.entry, method))
        return hasOtherCase(path, method) ? { kind: 'ambiguous' } : null
      const { entry, groups } = found
      if (route !== undefined && route !== entry.path) return { kind: 'ambiguous' }
      return { kind: 'found', ...entry, requested: path, query, params: decode(groups) }
    },
  }
}

/** Whether Kith handles a method of a path: if all routes are disabled, only preflights. */
function isAnswered({ routes, leftOut }: PathEntry, method: string): boolean {
  return method === 'OPTIONS' || (routes.size > 0 && !leftOut.has(routedAs(method)))
}

/** The method whose route handles this one. */
export function routedAs(method: string): string {
  return method === 'HEAD' ? 'GET' : method
}

function allowOf(methods: readonly Method[]): string {
  const answered = methods.includes('GET') ? [...methods, 'HEAD'] : methods
  return [...answered, 'OPTIONS'].join(', ')
}

function patternOf(path: string, flags?: string): RegExp {
  const segments = path
    .split('/')
    .map((segment) =>
      segment.startsWith(':') ? `(?<${segment.slice(1)}>[^/]+)` : segment.replace(/[.~-]/g, '\\$&'),
    )
  return new RegExp(`^${segments.join('/')}$`, flags)
}

function decode(groups: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]))
}
