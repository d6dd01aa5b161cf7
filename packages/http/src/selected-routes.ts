import { type OperationId, operationIds, ownSignInIds, type RouteSwitches } from './operation-ids.ts'

/** The routes that an app enables: all but those that are switched off, or those in `only`. */
interface RouteSelection {
  routes?: RouteSwitches | undefined
  only?: readonly OperationId[] | undefined
  /**
   * Whether the app has its own sign-in, with which the routes about passwords, tokens, sessions, codes, factors and
   * passkeys do not apply.
   */
  ownSignIn?: boolean | undefined
}

/**
 * Parses a selection. @throws TypeError for unknown operations, with the nearest name, and for those that do not exist
 * with the app's own sign-in
 */
export function readSelection({ routes, only, ownSignIn = false }: RouteSelection): ReadonlySet<OperationId> {
  if (routes && only) throw new TypeError('createKithHttp: give `routes` or `only`, not both')
  const problems = [
    ...Object.keys(routes ?? {}).flatMap((id) => problemOf('routes', id)),
    ...(only ?? []).flatMap((id) => problemOf('only', id)),
    ...(ownSignIn
      ? wanted({ routes, only })
          .filter((id) => ownSignInIds.has(id))
          .map(problemOfSessions)
      : []),
  ]
  if (problems.length > 0) throw new TypeError(`createKithHttp: ${problems.join('; ')}`)
  return new Set(
    only ?? operationIds.filter((id) => routes?.[id] !== false && !(ownSignIn && ownSignInIds.has(id))),
  )
}

function problemOf(option: string, id: string): string[] {
  if (known.has(id)) return []
  return [
    `${option}: ${JSON.stringify(id)} is not an operation, did you mean ${JSON.stringify(nearest(id))}?`,
  ]
}

/** Those that are requested by name. */
function wanted({ routes = {}, only }: RouteSelection): readonly OperationId[] {
  return only ?? operationIds.filter((id) => routes[id] === true)
}

function problemOfSessions(id: OperationId): string {
  return `${JSON.stringify(id)} does not exist with \`viewer\`, since your app signs people in itself: remove it`
}

const known: ReadonlySet<string> = new Set(operationIds)

function nearest(id: string): string {
  return operationIds
    .map((other) => ({ other, away: distance(id, other) }))
    .sort((a, b) => a.away - b.away)[0]?.other as string
}

/** How many letters have to be inserted, removed or changed, ignoring case (Levenshtein). */
function distance(from: string, to: string): number {
  const goal = to.toLowerCase()
  let row = Array.from({ length: goal.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...from.slice(0, 64).toLowerCase()].entries()) {
    const next = [index + 1]
    for (let column = 0; column < goal.length; column++) {
      const [above = 0, left = 0, corner = 0] = [row[column + 1], next[column], row[column]]
      next.push(Math.min(above + 1, left + 1, corner + (letter === goal[column] ? 0 : 1)))
    }
    row = next
  }
  return row[goal.length] ?? 0
}
