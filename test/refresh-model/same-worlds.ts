import type { ProcessId, World } from './model.ts'

/**
 * Which worlds behave the same from now on: times are relative to the present, generations to that of the row, tokens are numbered in
 * the order in which they occur, and the two processes are interchangeable.
 */
export function keyOf(world: World): string {
  const [one, other] = [keyFrom(world, [0, 1]), keyFrom(world, [1, 0])]
  return one < other ? one : other
}

type ProcessOrder = readonly [ProcessId, ProcessId]

/** Longer than any period in the model. */
const longAgo = 9_000

function keyFrom(world: World, order: ProcessOrder): string {
  const { now, row, backup, seen, calls, processes } = world
  const age = (time: number | null): number | null => (time === null ? null : Math.min(now - time, longAgo))
  const left = (time: number | null): number | null => (time === null ? null : Math.max(time - now, -longAgo))
  const level = row?.generation ?? world.owner.generation
  const names = new Map<number, number>()
  const named = (made: number): number => {
    const name = names.get(made) ?? names.size
    names.set(made, name)
    return name
  }
  const rowKey = (each: World['row']) =>
    each && [each.generation - level, age(each.rotatedAt), named(each.stamp), each.setSince, each.revoked]
  const held = (each: World['thief']) =>
    each && [each.generation - level, named(each.stamp), named(each.access), left(each.expires)]
  const processKey = ({ rotated, known, deniedUntil }: World['processes'][number]) => [
    rotated && [rotated.generation - level, age(rotated.at)],
    known.filter(({ access }) => names.has(access)).map(({ access, since }) => [named(access), age(since)]),
    left(deniedUntil),
  ]
  const callKey = ({ kind, by, arrival, ...call }: World['calls'][number]) => [
    ...[kind, by, order[call.process], call.generation - level, call.at, call.outcome],
    ...(kind === 'refresh' ? [age(call.begunAt), call.setSince, held(call.given)] : []),
    arrival && [arrival.ended, arrival.usedUp - level],
  ]
  const tokens = Object.entries(seen.tokens)
    .filter(([generation]) => Number(generation) >= level - 1)
    .map(([generation, token]) => [Number(generation) - level, named(Number(token))])
  return JSON.stringify([
    rowKey(row),
    backup && [rowKey(backup.row), backup.epochIsOver],
    held(world.owner),
    held(world.thief),
    calls.map(callKey),
    order.map((process) => processKey(processes[process])),
    [left(world.deniedUntil), world.offset, world.wasSet, world.epochIsOver],
    [seen.usedUp - level, seen.stolen, seen.endAsked, tokens],
    [
      age(seen.endedAt),
      age(seen.acknowledgedAt),
      seen.knowing.map((process) => order[process as ProcessId]).sort(),
    ],
  ])
}
