import { actionsOf, type Assumptions, type Bound } from './actions.ts'
import { type Action, newWorld, take, type World } from './model.ts'
import { keyOf } from './same-worlds.ts'
import { kithRules, type Rules } from './rules.ts'
import type { Broken, Promised } from './witness.ts'

/** A promise that the model breaks, with a shortest trace. */
interface Counterexample extends Broken {
  trace: Action[]
}

/** The input of an exploration. */
interface Asked {
  assumed: Assumptions
  /** The promises to check. */
  demanded: readonly Promised[]
  rules?: Rules
}

/** The result of an exploration. */
export interface Exploration {
  states: number
  transitions: number
  /** The ends of traces that together take every transition, in the order they were found: see {@link traceOf}. */
  ends: Node[]
  counterexample: Counterexample | null
}

interface Node {
  world: World
  action: Action | null
  before: Node | null
}

/** Explores everything that can happen, breadth first: every action in every state, up to the bound. Stops when a promise is broken. */
export function explore(bound: Bound, { rules = kithRules, assumed, demanded }: Asked): Exploration {
  const known = new Set<string>([keyOf(newWorld())])
  let frontier: Node[] = [{ world: newWorld(), action: null, before: null }]
  const found: Exploration = { states: 1, transitions: 0, ends: [], counterexample: null }
  for (let depth = 0; depth < bound.actions; depth++) {
    const next: Node[] = []
    for (const before of frontier) {
      for (const action of actionsOf(before.world, bound, assumed)) {
        found.transitions++
        let isNew = false
        for (const { world, broken } of take(before.world, action, rules)) {
          const node = { world, action, before }
          if (broken && demanded.includes(broken.promise))
            return { ...found, counterexample: { ...broken, trace: traceOf(node) } }
          const key = keyOf(world)
          if (known.has(key)) continue
          known.add(key)
          next.push(node)
          isNew = true
        }
        if (!isNew || depth === bound.actions - 1) found.ends.push({ world: before.world, action, before })
      }
    }
    frontier = next
    found.states = known.size
  }
  return found
}

/** The actions that are possible in a state. */
function traceOf(node: Node): Action[] {
  const actions: Action[] = []
  for (let each: Node | null = node; each?.action; each = each.before) actions.unshift(each.action)
  return actions
}

/** The traces of an exploration, or every n-th of them. */
export function tracesOf({ ends }: Exploration, every = 1): Action[][] {
  return ends.filter((_, index) => index % every === 0).map(traceOf)
}
