import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runMutants } from './run-mutants.ts'
import { runSubjects, subjects } from './run-subjects.ts'
import { survivors } from './survivors.ts'

const { rows, unproven } = await runSubjects()
const listed = survivors.flatMap(({ mutants }) => mutants)

test.each(rows)('$port: $mutants mutants of $verbs verbs are killed or listed', (row) => {
  expect(row.mutants).toBeGreaterThan(0)
  expect(row.survivors.filter((mutant) => !listed.includes(mutant))).toEqual([])
})

test('each mutant of the list lives, and has a reason', () => {
  const alive = new Set(rows.flatMap((row) => row.survivors))
  expect(listed.filter((mutant) => !alive.has(mutant))).toEqual([])
  expect(new Set(listed).size).toBe(listed.length)
  for (const { reason } of survivors) expect(reason).not.toBe('')
})

test('the README has the figures', () => {
  const text = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8').replaceAll(/\s+/g, ' ')
  const single = rows.filter(({ isShared }) => !isShared)
  const sum = (figures: readonly number[]): number => figures.reduce((all, each) => all + each, 0)
  const [all, alive] = [
    sum(single.map(({ mutants }) => mutants)),
    sum(single.map((row) => row.survivors.length)),
  ]
  expect(text).toContain(`Each of the ${all.toLocaleString('en')} mutants is killed by a case`)
  expect(text).toContain(`why it may live: ${(all - alive).toLocaleString('en')} and ${alive} of them`)
})

const flaws = Object.values(subjects).flatMap((subject) =>
  (subject.flaws ?? []).map((each) => ({ ...each, subject, fails: [each.fails].flat() })),
)

test('each case is failed by some mutant, or by a flaw that is made for it', () => {
  const byFlaw = flaws.flatMap(({ fails }) => fails)
  expect(unproven.filter((id) => !byFlaw.includes(id))).toEqual([])
})

test.each(flaws)('one that $flaw fails $fails', async ({ subject, breaking, fails }) => {
  for (const id of fails) {
    const sound: object = subject.makeSound()
    const found = subject.cases.find((each) => each.id === id)
    await expect(found?.run({ ...sound, ...breaking(sound) }), id).rejects.toThrow()
  }
})

test('each case about a race is failed by a mutant that loses one', async () => {
  const losers = /moment|after it has answered|is mixed|while it is being called/
  const unproven = Object.values(subjects).map(async (subject) => {
    const cases = subject.cases.filter(({ id }) => /race|parallel/.test(id))
    const end = await runMutants({ ...subject, cases }, (name) => losers.test(name))
    return { count: cases.length, unproven: end.unproven }
  })
  const ends = await Promise.all(unproven)
  expect(ends.reduce((all, { count }) => all + count, 0)).toBeGreaterThan(50)
  expect(ends.flatMap((each) => each.unproven)).toEqual([])
})
