import type { Case } from '@kith/conformance'
import { beforeAll, expect, test } from 'vitest'

/** An implementation of a port with one flaw, made from a sound one, and the cases that must notice. */
export interface Broken<Port> {
  flaw: string
  breaking(sound: Port): Partial<Port>
  fails: readonly string[]
}

/** Tests that each flaw is noticed by exactly the cases meant for it, and that each case notices some flaw. */
export function testFlaws<Port extends object>(
  cases: readonly Case<Port>[],
  makeSound: () => Port,
  flaws: readonly Broken<Port>[],
): void {
  const uses = new Map<Case<Port>, Set<PropertyKey>>()

  beforeAll(async () => {
    for (const each of cases) {
      const used = new Set<PropertyKey>()
      await each.run(async () => noting(makeSound(), used))
      uses.set(each, used)
    }
  }, 120_000)

  test.each(flaws)('one that $flaw', async ({ breaking, fails }) => {
    const failing: string[] = []
    const broken = Object.getOwnPropertyDescriptors(breaking(makeSound()))
    for (const each of cases) {
      // What it never uses it cannot find broken.
      if (!Object.keys(broken).some((name) => uses.get(each)?.has(name))) continue
      await each
        .run(async () => {
          const sound = makeSound()
          return Object.defineProperties({ ...sound }, Object.getOwnPropertyDescriptors(breaking(sound)))
        })
        .catch(() => failing.push(each.name))
    }
    expect(failing.sort()).toEqual([...fails].sort())
  })

  test('every case is failed by some broken one', () => {
    const proven = new Set(flaws.flatMap(({ fails }) => fails))
    expect(cases.map(({ name }) => name).filter((name) => !proven.has(name))).toEqual([])
  })
}

/** The same, and what is used of it is added to the set. */
function noting<Port extends object>(port: Port, used: Set<PropertyKey>): Port {
  return new Proxy(port, {
    get(target, name) {
      used.add(name)
      return Reflect.get(target, name) as unknown
    },
  })
}
