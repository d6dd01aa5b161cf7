import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defaultLimits } from '@kith/core'
import { describe, expect, test } from 'vitest'
import { type LimitRow, type LimitRows, readLimits, readLimitsOf } from '../scripts/limits.ts'
import { listPages } from '../scripts/markdown.ts'
import { root } from '../scripts/packages.ts'

const pages = new Map(listPages().map(({ path, text }) => [path, text]))
const page = (pages.get('docs/security.md') ?? '').replace(/<!--.*?-->/g, '')

function withoutReason(rows: LimitRows): string[] {
  return Object.values(rows)
    .flatMap((each: LimitRow[]) => each)
    .filter(({ reason }) => reason.length < 10)
    .map(({ path, name }) => `${path}: ${name}`)
}

describe('limits', () => {
  const rows = readLimits()

  test('all have a reason next to them: a comment above a constant or an entry of defaultLimits, @reason at an option', () => {
    expect(withoutReason(rows)).toEqual([])
  })

  // asvs: 6.1.1
  test('include all names of limits, which are also in docs/limits.md', () => {
    const names = Object.keys(defaultLimits)
    expect(rows.attempts.map(({ name }) => name).sort()).toEqual([...names].sort())
    const limits = pages.get('docs/limits.md') ?? ''
    expect(names.filter((name) => !limits.includes(`\`${name}\``))).toEqual([])
  })

  // asvs: 6.1.1
  test('describe all rules of defaultLimits correctly', () => {
    for (const [name, rules] of Object.entries(defaultLimits)) {
      const told = rows.attempts.find((row) => row.name === name)?.value ?? ''
      if (rules.length > 0) expect(told.split(', ')).toHaveLength(rules.length)
      for (const { limit } of rules) expect(told).toMatch(new RegExp(`\\b${limit} in `))
    }
  })

  test('a new one without a reason is detected, anywhere', () => {
    const found: LimitRows = { attempts: [], options: [], fixed: [] }
    const source = `
      export interface NewOptions {
        /** @default 3 */
        maxThings?: number | undefined
        /** @default '5m' @reason As long as it takes. */
        patience?: Duration | undefined
        /** @default 'none' */
        name?: string | undefined
      }
      const maxDepth = 4 * 1_024
      /** Longer than any of ours. */
      const longestWait = 5
      const color = 7
      const pictureBudgets = Object.freeze({ scans: 100, name: 'x' })
      export const defaultLimits = Object.freeze({
        thingByAccount: [{ limit: 1_000, windowSeconds: 7_200 }, { limit: 2, windowSeconds: 86_400 }],
        // So many are enough.
        otherByAccount: [],
      })
    `
    readLimitsOf('a.ts', source, found)
    expect(found.options.map(({ name, value, reason }) => [name, value, reason])).toEqual([
      ['NewOptions.maxThings', '3', ''],
      ['NewOptions.patience', "'5m'", 'As long as it takes.'],
    ])
    expect(found.attempts.map(({ value }) => value)).toEqual(['1000 in 2 hours, 2 in a day', 'none'])
    expect(withoutReason(found)).toEqual([
      'a.ts: thingByAccount',
      'a.ts: NewOptions.maxThings',
      'a.ts: maxDepth',
      'a.ts: pictureBudgets.scans',
    ])
  })
})

describe('advisories', () => {
  /** The cells of the table that name a test: `path`: "name". */
  const named = [...page.matchAll(/\| `([\w./-]+\.ts)`: "(.+?)" +\|/g)].map(([, path = '', name = '']) => ({
    path,
    name,
  }))

  function isThere({ path, name }: { path: string; name: string }): boolean {
    const file = join(root, path)
    if (!existsSync(file)) return false
    const text = readFileSync(file, 'utf8')
    return ["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote}`))
  }

  test('all name a test', () => {
    const section = /\n## Advisories[\s\S]*?\n\*\*Waiting/.exec(page)?.[0] ?? ''
    const rows = section
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2)
    expect(rows.length).toBeGreaterThan(15)
    expect(rows).toHaveLength(named.length)
  })

  test.each(named)('$path has "$name"', (each) => {
    expect(isThere(each)).toBe(true)
  })

  test('a missing test is detected', () => {
    expect(isThere({ path: 'test/advisories.test.ts', name: 'a test that nobody wrote' })).toBe(false)
    expect(isThere({ path: 'test/gone.test.ts', name: 'x' })).toBe(false)
  })
})

describe('attacks of bench/', () => {
  function missing(text: string, names: readonly string[]): string[] {
    return names.filter((name) => !text.includes(`\`attack ${name}\``))
  }

  test('all are in docs/security.md with their figures, and no others', () => {
    const files = readdirSync(join(root, 'bench', 'src', 'attacks'))
    const names = files.flatMap((file) => /^(.+)\.ts$/.exec(file)?.[1] ?? [])
    expect(missing(page, names)).toEqual([])
    const told = [...page.matchAll(/`attack ([a-z][\w-]*)`/g)].map(([, name = '']) => name)
    expect(told.filter((name) => !names.includes(name))).toEqual([])
  })

  test('a missing one is detected', () => {
    expect(missing('`attack a`', ['a', 'b'])).toEqual(['b'])
  })
})

test('SECURITY.md says how to report, how fast the response is, and what is fixed', () => {
  const policy = pages.get('SECURITY.md') ?? ''
  for (const promise of [
    /Report a vulnerability/,
    /72 hours/,
    /12 months/,
    /good faith/,
    /docs\/security\.md/,
  ]) {
    expect(policy).toMatch(promise)
  }
})

test('every page for npm users links to SECURITY.md', () => {
  const readmes = [...pages].filter(([path]) => path.endsWith('README.md'))
  expect(readmes.length).toBeGreaterThan(15)
  expect(readmes.filter(([, text]) => !/\(\S*SECURITY\.md\)/.test(text)).map(([path]) => path)).toEqual([])
})
