import type { Case } from '@kith/conformance'
import { expect, test } from 'vitest'

/** An implementation of a port with one flaw, made from a sound one, and the cases that must detect it. */
export interface Broken<Port> {
  flaw: string
  breaking(sound: Port): Partial<Port>
  fails: readonly string[]
}

/** Tests that each flaw is detected by the cases meant for it, and that each case detects some flaw. */
export function testFlaws<Port extends object>(
  cases: readonly Case<Port>[],
  makeSound: () => Port,
  flaws: readonly Broken<Port>[],
): void {
  test.each(flaws)('one that $flaw', async ({ breaking, fails }) => {
    const failing: string[] = []
    for (const { id, run } of cases.filter(({ id }) => fails.includes(id))) {
      const sound = makeSound()
      const broken = Object.defineProperties({ ...sound }, Object.getOwnPropertyDescriptors(breaking(sound)))
      await run(broken).catch(() => failing.push(id))
    }
    expect(failing.sort()).toEqual([...fails].sort())
  })

  test('every case fails for some broken implementation', () => {
    const proven = new Set(flaws.flatMap(({ fails }) => fails))
    expect(cases.map(({ id }) => id).filter((id) => !proven.has(id))).toEqual([])
  })
}
