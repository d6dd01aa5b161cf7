/** One side of a comparison: does the same work once. */
export type Side = (round: number) => Promise<unknown> | unknown

export interface Comparison {
  kith: Side
  twin: Side
  /** Calls of each side in one round. */
  calls: number
  /** Rounds; each round runs both sides, alternating which is first. */
  rounds: number
}

/** The result of a comparison: median microseconds of a call, and Kith's rate relative to the twin's. */
export interface Ratio {
  kith: number
  twin: number
  ratio: number
}

/** Runs both sides in alternating rounds, after one round of each that is not counted. */
export async function sideBySide({ kith, twin, calls, rounds }: Comparison): Promise<Ratio> {
  const times: { kith: number[]; twin: number[] } = { kith: [], twin: [] }
  const run = async (name: 'kith' | 'twin', side: Side, counted: boolean): Promise<void> => {
    const start = performance.now()
    for (let call = 0; call < calls; call += 1) await side(call)
    if (counted) times[name].push(((performance.now() - start) * 1000) / calls)
  }
  for (let round = 0; round <= rounds; round += 1) {
    const order = round % 2 === 0 ? (['kith', 'twin'] as const) : (['twin', 'kith'] as const)
    for (const name of order) await run(name, name === 'kith' ? kith : twin, round > 0)
  }
  const median = (values: number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
  const result = { kith: median(times.kith), twin: median(times.twin) }
  return { ...result, ratio: result.twin / result.kith }
}

/** One line of a comparison. */
export function lineOf(
  name: string,
  { kith, twin, ratio }: Ratio,
  [one, other]: readonly [string, string],
): string {
  return `${name}: ${one} ${kith.toFixed(1)} µs, ${other} ${twin.toFixed(1)} µs, ratio ${(ratio * 100).toFixed(0)} %`
}

/** Prints one line of a comparison, and makes the command fail if the ratio is below its target. */
export function report(name: string, found: Ratio, target: number): void {
  const held = found.ratio >= target
  const line = lineOf(name, found, ['Kith', 'hand-written'])
  console.log(`${line} (target ${(target * 100).toFixed(0)} %)${held ? '' : '  BELOW'}`)
  if (!held) process.exitCode = 1
}
