import fc from 'fast-check'
import { actionsOf, nothingAssumed } from './actions.ts'
import { type Action, newWorld, take } from './model.ts'
import { kithRules } from './rules.ts'

/** Random traces beyond the bound of the exploration: each number selects one of the possible actions. */
export function walks(actions: { minLength: number; maxLength: number }): fc.Arbitrary<Action[]> {
  return fc.array(fc.nat({ max: 10_000 }), actions).map((choices) => {
    let world = newWorld()
    return choices.flatMap((choice) => {
      const possible = actionsOf(world, { actions: choices.length }, nothingAssumed)
      const action = possible[choice % possible.length]
      if (!action) return []
      const steps = take(world, action, kithRules)
      world = steps[choice % steps.length]?.world ?? world
      return [action]
    })
  })
}
