import { describe, expect, test } from 'vitest'
import { codeOf, counting, createInstance } from '../../test/instance.ts'
import type { AccountFilter } from './list-accounts.ts'

/** Uses a storage without a substring index, unless a test asks for one. */
async function withAccounts(count: number, { anywhere = false } = {}) {
  const instance = createInstance()
  if (!anywhere) delete instance.options.storage.users.idsContaining
  const { accounts } = instance.kith
  for (let index = 0; index < count; index++)
    await accounts.import({ username: `user_${index}`, passwordHash: null })
  async function names(filter?: AccountFilter, limit = 100): Promise<(string | null)[]> {
    const all: (string | null)[] = []
    let cursor: string | undefined
    do {
      const page = await accounts.list(filter, { limit, cursor })
      expect(page.items.length).toBeLessThanOrEqual(limit)
      all.push(...page.items.map(({ username, email }) => username ?? email))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return all
  }
  return { ...instance, accounts, names }
}

describe('the list of accounts', () => {
  test('lists the newest accounts first, in pages', async () => {
    const { names, accounts } = await withAccounts(120)
    const all = Array.from({ length: 120 }, (_, index) => `user_${119 - index}`)
    expect(await names()).toEqual(all)
    expect(await names({}, 7)).toEqual(all)
    expect(await names({ search: 'user_1' }, 4)).toEqual(all.filter((name) => name.startsWith('user_1')))
    expect((await accounts.list()).items).toHaveLength(20)
    expect((await accounts.list({ search: 'user_119' })).nextCursor).toBeNull()
  })

  test('is searched by the prefix of an identifier, folded as it is stored', async () => {
    const { names, accounts } = await withAccounts(0)
    await accounts.import({ username: 'ana', email: 'zoe@example.org', passwordHash: null })
    await accounts.import({ username: 'a_na', phone: '+4915112345678', passwordHash: null })
    await accounts.import({ username: 'zoe', email: 'ana@straße.de', passwordHash: null })
    for (const [search, expected] of [
      ['', ['zoe', 'a_na', 'ana']],
      ['  ', ['zoe', 'a_na', 'ana']],
      ['ana', ['zoe', 'ana']],
      [' ＡNA ', ['zoe', 'ana']],
      ['ana@', ['zoe']],
      ['ANA@Straße.de', ['zoe']],
      ['zoe@ex', ['ana']],
      ['a_', ['a_na']],
      ['+49 (151)', ['a_na']],
      ['49151', []],
      ['%', []],
      ['_', []],
      ['a%', []],
      ['.*', []],
      ['\0', []],
      ['ana\0', []],
      ['\ud800', []],
      ['\u{10ffff}', []],
      [`a${'\u0301'.repeat(200)}`, []],
      ["'; DROP TABLE kith_users; --", []],
    ] as const)
      expect(await names({ search }), JSON.stringify(search)).toEqual(expected)
  })

  test('is searched for any substring of three or more characters if the storage has an index for it', async () => {
    const { names, accounts } = await withAccounts(0, { anywhere: true })
    await accounts.import({ username: 'anatol', email: 'zoe@example.org', passwordHash: null })
    await accounts.import({ username: 'diana_a', phone: '+4915112345678', passwordHash: null })
    await accounts.import({ username: 'zoe', email: 'ana@a.straße.de', passwordHash: null })
    for (const [search, expected] of [
      ['', ['zoe', 'diana_a', 'anatol']],
      ['ana', ['zoe', 'diana_a', 'anatol']],
      [' ＡNA ', ['zoe', 'diana_a', 'anatol']],
      ['ana_', ['diana_a']],
      ['na', []],
      ['an', ['zoe', 'anatol']],
      ['na@a.Straße', ['zoe']],
      ['oe@ex', ['anatol']],
      ['(151) 123', ['diana_a']],
      ['+49 (151)', ['diana_a']],
      ['5678', ['diana_a']],
      ['51-2', []],
      ['%%%', []],
      ['...', []],
      // The index contains no matches for punctuation alone.
      ['@a.', []],
      ['ana\0', []],
      ['\ud800\ud800\ud800', []],
    ] as const)
      expect(await names({ search }), JSON.stringify(search)).toEqual(expected)
    expect(await names({ search: 'ana' }, 1)).toHaveLength(3)
    expect(await names({ search: 'ana', banned: true })).toEqual([])
  })

  test('is scanned if very many identifiers contain the string', async () => {
    const { names, accounts } = await withAccounts(1_100, { anywhere: true })
    expect(await names({ search: 'ser_' })).toHaveLength(1_100)
    expect(await names({ search: 'ser_0' })).toEqual(['user_0'])
    const [last] = (await accounts.list({ search: 'ser_0' })).items
    await accounts.setRole(last?.id ?? '', 'admin')
    expect(await names({ search: 'ser_', role: 'admin' })).toEqual(['user_0'])
  })

  test('is searched by prefix while the index is not available', async () => {
    const { names, options } = await withAccounts(12, { anywhere: true })
    options.storage.users.idsContaining = () => Promise.resolve(null)
    expect(await names({ search: 'ser_' })).toEqual([])
    expect(await names({ search: 'user_1' })).toEqual(['user_11', 'user_10', 'user_1'])
  })

  test('filters by ban, by role and by both', async () => {
    const { names, accounts } = await withAccounts(6)
    const ids = (await accounts.list()).items.map(({ id }) => id)
    for (const index of [0, 1, 2]) await accounts.ban(ids[index] ?? '')
    for (const index of [1, 2, 3]) await accounts.setRole(ids[index] ?? '', 'admin')
    await accounts.remove(ids[1] ?? '')
    expect(await names({ banned: true })).toEqual(['user_5', 'user_3'])
    expect(await names({ banned: false })).toEqual(['user_2', 'user_1', 'user_0'])
    expect(await names({ role: 'admin' })).toEqual(['user_3', 'user_2'])
    expect(await names({ role: 'member', banned: true })).toEqual(['user_5'])
    expect(await names({ role: 'admin', search: 'user', banned: true })).toEqual(['user_3'])
    expect((await accounts.list({ banned: true })).items[0]).toMatchObject({ banReason: null, counts: {} })
  })

  test('is scanned if very many identifiers have the prefix, and its pages continue', async () => {
    const { names, accounts } = await withAccounts(1_100)
    expect(await names({ search: 'user' })).toHaveLength(1_100)
    expect(await names({ search: 'user', role: 'admin' })).toEqual([])
    const [last] = (await accounts.list({ search: 'user_0' })).items
    await accounts.setRole(last?.id ?? '', 'admin')
    expect(await names({ search: 'user', role: 'admin' })).toEqual(['user_0'])
  })

  test('takes a bounded number of steps for each page', async () => {
    const { options, accounts } = await withAccounts(0)
    const { port, calls } = counting({
      ...options.storage.users,
      search: () => Promise.resolve({ users: [], next: '01000000-0000-7000-8000-000000000000' }),
    })
    options.storage.users.search = port.search
    const page = await accounts.list({ banned: true })
    expect(page.items).toEqual([])
    expect(page.nextCursor).not.toBeNull()
    expect(calls.length).toBeLessThan(1_100)
  })

  test.each([
    [{ search: 'a'.repeat(255) }, {}, 'invalid-input'],
    [{ search: 5 }, {}, 'invalid-input'],
    [{ banned: 'true' }, {}, 'invalid-input'],
    [{ where: '1=1' }, {}, 'invalid-input'],
    [{}, { limit: 101 }, 'invalid-input'],
    [{}, { cursor: 'x' }, 'invalid-cursor'],
  ])('refuses %j, %j', async (filter, page, code) => {
    const { accounts } = await withAccounts(0)
    expect(await codeOf(accounts.list(filter as object, page))).toBe(code)
  })
})
