import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allAssumed, type Assumptions } from './actions.ts'
import { bounds, follow } from './bounds.ts'
import { explore } from './explore.ts'
import { brokenRules, kithRules, type Rules } from './rules.ts'
import { type ViewName, views } from './views.ts'
import { traceInWords } from './words.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'sessions.md'), 'utf8').replace(
  / +/g,
  ' ',
)
const figure = (count: number): string => count.toLocaleString('en-US')

test.each(Object.keys(bounds) as ViewName[])(
  'the model keeps its promises in every possible trace, with the view of %s; the page has its figures',
  (name) => {
    const { actions, replayed } = bounds[name]
    const [safe, honest] = follow(name, { actions })
    expect([safe.counterexample, honest.counterexample]).toEqual([null, null])
    const sums = (['states', 'transitions'] as const).map((each) => figure(safe[each] + honest[each]))
    const traces = figure(safe.ends.length + honest.ends.length)
    const [short] = follow(name, { actions: replayed })
    const replays = [replayed, figure(short.ends.length)]
    expect(page).toContain(`| ${[name, actions, ...sums, traces, ...replays].join(' | ')} |`)
  },
)

test.each(brokenRules)('the model finds $name', ({ rules, view, promise }) => {
  const { actions } = bounds[view]
  const found = follow(view, { actions, rules: { ...kithRules, ...rules } })
  expect(found.map(({ counterexample }) => counterexample?.promise)).toContain(promise)
})

test('every rule is broken by one of the variants', () => {
  const broken = new Set(brokenRules.flatMap(({ rules }) => Object.keys(rules)))
  expect([...broken].sort()).toEqual(Object.keys(kithRules satisfies Rules).sort())
})

const needed: Readonly<Record<keyof Assumptions, ViewName>> = {
  prompt: 'rotation',
  patient: 'rotation',
  steadyClock: 'everything',
}

test.each(Object.entries(needed) as [keyof Assumptions, ViewName][])(
  'without the assumption %s an owner can be signed out; the page has a shortest trace',
  (assumption, view) => {
    const { counterexample } = explore(
      { actions: bounds[view].actions, view: views[view] },
      { assumed: { ...allAssumed, [assumption]: false }, demanded: ['honest'] },
    )
    expect(counterexample).not.toBeNull()
    expect(page).toContain(`| ${assumption} | ${traceInWords(counterexample?.trace ?? [])} |`)
  },
)
