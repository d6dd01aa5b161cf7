import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMemoryRateLimits, createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { rateLimitFlaws, storageFlaws } from './flaws.ts'
import { runMutants } from './run-mutants.ts'
import * as subjects from './subjects.ts'
import { survivors } from './survivors.ts'

const { storage, ...others } = subjects
// What waits for a deadline waits beside the others.
const [ofStorage, ...ofOthers] = await Promise.all([
  run('storage', () => runMutants(storage)),
  run('rateLimits', () => runMutants(others.rateLimits)),
  run('revocations', () => runMutants(others.revocations)),
  run('sharedFacts', () => runMutants(others.sharedFacts)),
  run('sharedRateLimits', () => runMutants(others.sharedRateLimits)),
  run('sharedRevocations', () => runMutants(others.sharedRevocations)),
])
const rows = [ofStorage, ...ofOthers].flatMap(({ rows }) => rows)

/** The mutants of some ports, with ids that tell them apart. */
async function run(name: string, work: () => ReturnType<typeof runMutants>) {
  const { reports, unproven } = await work()
  const rows = reports.map((report) => {
    const shared = report.port === 'one' || report.port === 'other' ? `${name} ` : ''
    return { ...report, port: shared + report.port, alive: report.survivors.map((each) => shared + each) }
  })
  return { name, rows, unproven }
}

const listed = survivors.flatMap(({ mutants }) => mutants)

test.each(rows)('$port: $mutants mutants of $verbs verbs are killed or listed', ({ alive, mutants }) => {
  expect(mutants).toBeGreaterThan(0)
  expect(alive.filter((mutant) => !listed.includes(mutant))).toEqual([])
})

test('each mutant of the list lives, and has a reason', () => {
  const alive = new Set(rows.flatMap((row) => row.alive))
  expect(listed.filter((mutant) => !alive.has(mutant))).toEqual([])
  expect(new Set(listed).size).toBe(listed.length)
  for (const { reason } of survivors) expect(reason).not.toBe('')
})

test('the README has the figures', () => {
  const text = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8').replaceAll(/\s+/g, ' ')
  const single = rows.filter(({ port }) => !port.includes(' '))
  const sum = (figures: readonly number[]): number => figures.reduce((all, each) => all + each, 0)
  const [all, alive] = [sum(single.map(({ mutants }) => mutants)), sum(single.map((row) => row.alive.length))]
  expect(text).toContain(`Each of the ${all.toLocaleString('en')} mutants is killed by a case`)
  expect(text).toContain(`why it may live: ${all - alive} and ${alive} of them`)
})

test('each case is failed by some mutant, or by a flaw that is made for it', () => {
  const byFlaw = [...storageFlaws, ...rateLimitFlaws].map((flaw) => flaw.fails)
  const unproven = [ofStorage, ...ofOthers].flatMap((each) => each.unproven)
  expect(unproven.filter((id) => !byFlaw.includes(id))).toEqual([])
})

test.each(storageFlaws)('a storage that $flaw fails $fails', async ({ breaking, fails }) => {
  const sound = createMemoryStorage()
  const found = storage.cases.find(({ id }) => id === fails)
  await expect(found?.run({ ...sound, ...breaking(sound) })).rejects.toThrow()
})

test.each(rateLimitFlaws)('a counter that $flaw fails $fails', async ({ breaking, fails }) => {
  const sound = createMemoryRateLimits()
  const found = others.rateLimits.cases.find(({ id }) => id === fails)
  await expect(found?.run({ rateLimits: { ...sound, ...breaking(sound) } })).rejects.toThrow()
})

test('each case about a race is failed by a mutant that loses one', async () => {
  const cases = storage.cases.filter(({ id }) => /race|parallel/.test(id))
  const losers = /moment|after it has answered/
  const { unproven } = await runMutants({ ...storage, cases }, (name) => losers.test(name))
  expect(cases.length).toBeGreaterThan(40)
  expect(unproven).toEqual([])
})
