import { allAssumed, nothingAssumed } from './actions.ts'
import { type Exploration, explore } from './explore.ts'
import { kithRules, type Rules } from './rules.ts'
import { type ViewName, views } from './views.ts'
import type { Promised } from './witness.ts'

/** How far each view of the model is explored, and how far its traces are replayed on real services. */
export const bounds: Readonly<Record<ViewName, { actions: number; replayed: number }>> = {
  everything: { actions: 4, replayed: 3 },
  rotation: { actions: 6, replayed: 4 },
  ends: { actions: 6, replayed: 4 },
  time: { actions: 6, replayed: 4 },
}

/** The promises that are kept whatever clients and clocks do, and those that need the assumptions. */
const always: readonly Promised[] = ['one', 'never']
const withAssumptions: readonly Promised[] = ['one', 'never', 'honest']

/** Explores a view: once with everything that can happen, and once with the actions of honest clients and clocks. */
export function follow(
  name: ViewName,
  { actions, rules = kithRules }: { actions: number; rules?: Rules },
): readonly [safe: Exploration, honest: Exploration] {
  const bound = { actions, view: views[name] }
  return [
    explore(bound, { rules, assumed: nothingAssumed, demanded: always }),
    explore(bound, { rules, assumed: allAssumed, demanded: withAssumptions }),
  ]
}
