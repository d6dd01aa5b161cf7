import { createKith, defaultLimits } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { shapes } from '../packages/http/src/shapes.ts'
import { asvsChapter, readAsvsTags, readAsvsTagsOf } from '../scripts/asvs.ts'
import { asvsItems } from '../scripts/asvs-items.ts'
import { sampleRoutes } from '../scripts/generated-docs.ts'
import { listPages } from '../scripts/markdown.ts'

const pages = new Map(listPages().map(({ path, text }) => [path, text]))
const page = pages.get('docs/asvs.md') ?? ''
const tags = readAsvsTags()

const secret = 'a secret of the tests, of 32 characters or more'

/** A section of the page. */
function sectionOf(heading: string, text = page): string {
  const [, section = ''] = text.split(`\n## ${heading}\n`)
  return section.split('\n## ')[0] ?? ''
}

describe('the ASVS items', () => {
  /** How many items of levels 1 and 2 each section has, and how many of them are of level 1. Counted in the standard. */
  const standard: Readonly<Record<string, readonly [count: number, ...levelOne: number[]]>> = {
    '6.1': [3, 1],
    '6.2': [12, 1, 2, 3, 4, 5, 6, 7, 8],
    '6.3': [4, 1, 2],
    '6.4': [4, 1, 2],
    '6.5': [5],
    '6.6': [3],
    '6.8': [4],
    '7.1': [3],
    '7.2': [4, 1, 2, 3, 4],
    '7.3': [2],
    '7.4': [5, 1, 2],
    '7.5': [2],
    '7.6': [2],
    '9.1': [3, 1, 2, 3],
    '9.2': [4, 1],
  }

  test('of levels 1 and 2 are all on the page, each with its level', () => {
    const expected = Object.entries(standard).flatMap(([section, [count, ...levelOne]]) =>
      Array.from({ length: count }, (_, index) => [
        `${section}.${String(index + 1)}`,
        levelOne.includes(index + 1) ? 1 : 2,
      ]),
    )
    expect(asvsItems.map(({ id, level }) => [id, level])).toEqual(expected)
    const onPage = [...page.matchAll(/^- \*\*(\d\.\d\.\d+)\*\* \(level (\d)\)/gm)]
    expect(onPage.map(([, id, level]) => [id, Number(level)])).toEqual(expected)
  })

  test('include every item that a tag names', () => {
    const known = new Set(asvsItems.map(({ id }) => id))
    expect(tags.length).toBeGreaterThan(50)
    expect(tags.filter(({ items }) => items.some((id) => !known.has(id)))).toEqual([])
  })

  test('are held by tests, or have a verdict with a reason, and not both where that would be contradictory', () => {
    const held = new Set(tags.flatMap(({ items }) => items))
    const wrong = asvsItems.filter(({ id, verdict, note = '' }) => {
      if (held.has(id)) return verdict === 'not-applicable' || verdict === 'not-yet'
      return verdict === undefined || note.length < 20
    })
    expect(wrong).toEqual([])
  })
})

describe('tags', () => {
  /** Reads a sample; its tags are written so that this file contains none of them. */
  const read = (text: string): unknown =>
    readAsvsTagsOf('a.ts', text.replaceAll('@asvs', '// asvs:')).map(({ items, title }) => [title, ...items])

  test('are read above every kind of test, and at the start of cases', () => {
    expect(
      read(`
        describe('x', () => {
          @asvs 6.2.1, 6.2.8
          test('one', () => {})
          @asvs 6.2.2
          test.each([
            [1],
          ])('two %s', async () => {})
        })
        const cases = [
          {
            @asvs 6.2.3
            id: 'x/y',
            title: 'three',
            run() {},
          },
        ]
      `),
    ).toEqual([
      ['x: one', '6.2.1', '6.2.8'],
      ['x: two %s', '6.2.2'],
      ['three', '6.2.3'],
    ])
  })

  test.each([
    ['@asvs 6.2.1'],
    ["@asvs 6.2.1\nconst x = 'a'"],
    ["@asvs 6.2.1\ntest.skip('one', () => {})"],
    ["@asvs 6.2.1\ntest.todo('one')"],
    ["@asvs 6.2.1\ndescribe('one', () => {})"],
    ["@asvs 6.2.1\nconst y = { id: 'x' }"],
  ])('that are above no test are rejected: %j', (text) => {
    expect(() => read(text)).toThrow('stands above no test that always runs')
  })

  test('take their claim with them when they are removed', () => {
    const without = tags.filter(({ items }) => !items.includes('6.2.10'))
    expect(asvsChapter('V6')).toMatch(/\*\*6\.2\.10\*\*.*\*\*Held by tests\*\*/)
    expect(asvsChapter('V6', without)).toMatch(/\*\*6\.2\.10\*\*.*\*\*Not yet\*\*/)
  })
})

describe('ways in', () => {
  const section = sectionOf('Ways in')
  const routes = sampleRoutes()

  // asvs: 6.1.3, 6.3.4
  test('are documented: every route that opens or renews a session', () => {
    const opening = routes.filter(
      ({ output, path, operationId }) =>
        output === shapes.SignIn ||
        output === shapes.Refreshed ||
        path.endsWith('/callback') ||
        operationId.endsWith('BoundSession'),
    )
    expect(opening.length).toBeGreaterThan(8)
    const missing = opening.filter(({ operationId }) => !section.includes(`\`${operationId}\``))
    expect(missing.map(({ operationId }) => operationId)).toEqual([])
  })

  test('name existing routes and limits', () => {
    const known = new Set([
      ...routes.map(({ operationId }) => String(operationId)),
      ...Object.keys(defaultLimits),
    ])
    const table = section.split('\n').filter((line) => line.startsWith('| '))
    const cells = table.slice(2).flatMap((line) => [line.split('|')[2] ?? '', line.split('|')[5] ?? ''])
    const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name))
    expect(named.length).toBeGreaterThan(15)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  // asvs: 6.4.2
  test('ask for no hint and no secret question: no route has such a field', () => {
    const ofAccounts = routes.filter(({ path }) => /^\/(users|auth|codes)\b/.test(path))
    const fields = ofAccounts.flatMap(({ body, query }) =>
      [body, query].flatMap((schema) => (schema ? namesIn(z.toJSONSchema(schema, loosely)) : [])),
    )
    expect(fields).toContain('recoveryCode')
    expect(fields.filter((name) => /hint|question|answer|maiden|mother|pet/i.test(name))).toEqual([])
  })

  // asvs: 6.3.2
  test.each([
    ['memory', createMemoryStorage()],
    ['SQLite', createSqliteStorage({ path: ':memory:' })],
  ])('do not include default accounts (%s)', async (_name, storage) => {
    await storage.migrate()
    const kith = createKith({ secret, storage })
    await kith.upkeep.run()
    expect((await kith.accounts.list()).items).toEqual([])
    for (const login of ['root', 'admin', 'sa', 'kith'])
      await expect(kith.sessions.login({ login, password: login })).rejects.toMatchObject({
        code: 'invalid-credentials',
      })
    await kith.close()
  })
})

describe('session lifetimes', () => {
  const { sessions } = createKith({ secret, storage: createMemoryStorage() }).config

  // asvs: 7.1.1, 7.1.2
  test('are documented correctly', () => {
    const section = sectionOf('How long sessions last')
    const days = (seconds: number): string => `${String(seconds / 86_400)} days`
    expect(section).toContain(`not used for **${days(sessions.refreshTtlSeconds)}**`)
    expect(section).toContain(`after **${days(sessions.maxLifetimeSeconds)}**`)
    expect(section).toContain(`**${String(sessions.maxPerAccount)} sessions**`)
    expect(section).toContain('NIST SP 800-63B')
  })
})

const loosely = { io: 'input', unrepresentable: 'any' } as const

function namesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties = {} } = schema as { properties?: object }
  return [...Object.keys(properties), ...Object.values(schema).flatMap(namesIn)]
}
