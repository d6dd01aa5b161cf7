import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { flaws } from './flaws.ts'
import { runMutants } from './run-mutants.ts'
import { cases, subjects } from './subjects.ts'
import { survivors } from './survivors.ts'

const { reports, unproven } = await runMutants(subjects, cases)

/** The row of the table that a mutant is of. */
function rowOf(mutant: string): string | undefined {
  return survivors.find(([pattern]) => matches(pattern, mutant))?.[0]
}

function matches(pattern: string, mutant: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.\\()[\]]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`).test(mutant)
}

test.each(reports)('$port: $mutants mutants of $verbs verbs are killed or listed', ({ survivors }) => {
  expect(survivors.filter((mutant) => rowOf(mutant) === undefined)).toEqual([])
})

test('each row of the list has a reason, and a mutant that lives on', () => {
  const alive = reports.flatMap(({ survivors }) => survivors)
  for (const [pattern, reason] of survivors) {
    expect(reason, pattern).not.toBe('')
    expect(
      alive.some((mutant) => matches(pattern, mutant)),
      pattern,
    ).toBe(true)
  }
})

test('each case is failed by some mutant, or by the flaw that is made for it', async () => {
  expect(unproven.sort()).toEqual(Object.keys(flaws).sort())
  for (const [id, flaw] of Object.entries(flaws)) {
    const sound = createMemoryStorage()
    const failed = cases.find((each) => each.id === id)?.run({ ...sound, ...flaw(sound) })
    await expect(failed, id).rejects.toThrow()
  }
})
