import type { SentCommand } from './sent-commands.ts'
import { selectionsOf, valuesOf } from './selections.ts'

/**
 * The calls that have to ask every shard, such as `edges.list on edges`: one of their selections does not pin the shard key of its
 * collection. `keys` contains the key of each sharded collection.
 */
export function scatteredCalls(
  sent: readonly SentCommand[],
  keys: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const scattered = new Set<string>()
  for (const { verb, name, command } of sent) {
    for (const { collection, filter } of selectionsOf(name, command)) {
      const plainName = collection.replace(/^kith_/, '')
      const key = keys.get(plainName)
      if (key === undefined) continue
      if (!(key in filter) || valuesOf(filter[key]) === null) scattered.add(`${verb} on ${plainName}`)
    }
  }
  return scattered
}
