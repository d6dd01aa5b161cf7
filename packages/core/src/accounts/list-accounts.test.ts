import { describe, expect, test } from 'vitest'
import { codeOf, counting, createInstance } from '../../test/instance.ts'
import type { AccountFilter } from './list-accounts.ts'
import type { UserStore } from './user-store.ts'

/** Uses a storage without a substring index, unless a test asks for one. */
async function withAccounts(count: number, { anywhere = false } = {}) {
  const instance = createInstance({ accounts: { signUp: 'approval' } })
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

/** Notes how many accounts each call reads, and returns ids and accounts in an order of its own, as a store may. */
function watch(users: UserStore): { verb: 'search' | 'byIds'; count: number }[] {
  const { search, byIds, idsBeginning } = users
  users.idsBeginning = async (...values) => (await idsBeginning(...values)).reverse()
  const reads: ReturnType<typeof watch> = []
  users.search = async (...values) => {
    const found = await search(...values)
    reads.push({ verb: 'search', count: found.users.length })
    return found
  }
  users.byIds = async (ids) => {
    reads.push({ verb: 'byIds', count: ids.length })
    return (await byIds(ids)).reverse()
  }
  return reads
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

  test.each([{}, { search: 'user' }])('of %j ends with a page that is just full', async (filter) => {
    const { accounts } = await withAccounts(3)
    expect(await accounts.list(filter, { limit: 3 })).toMatchObject({
      items: [{}, {}, {}],
      nextCursor: null,
    })
  })

  test('reads one account more than it shows, and by ids at most two hundred at a time', async () => {
    const { accounts, names, options } = await withAccounts(250)
    const reads = watch(options.storage.users)
    await accounts.list({}, { limit: 100 })
    expect(reads.reduce((sum, { count }) => sum + count, 0)).toBe(101)
    reads.length = 0
    await accounts.list({ search: 'nobody' })
    expect(reads).toEqual([])
    await accounts.list({ search: 'user' })
    expect(reads).toEqual([{ verb: 'byIds', count: 200 }])

    const all = Array.from({ length: 250 }, (_, index) => `user_${249 - index}`)
    expect(await names({ search: 'user' }, 7)).toEqual(all)
    for (const name of ['user_0', 'user_249'])
      await accounts.setRole((await accounts.find(name))?.id ?? '', 'admin')
    for (const limit of [1, 2, 3])
      expect(await names({ search: 'user', role: 'admin' }, limit)).toEqual(['user_249', 'user_0'])
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
      ['zoe@ex@ex', []],
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
    await accounts.import({ username: 'mo.na.li', passwordHash: null })
    await accounts.import({ username: 'anatol', email: 'zoe@example.org', passwordHash: null })
    await accounts.import({ username: 'diana_a', phone: '+4915112345678', passwordHash: null })
    await accounts.import({ username: 'zoe', email: 'ana@a.straße.de', passwordHash: null })
    for (const [search, expected] of [
      ['', ['zoe', 'diana_a', 'anatol', 'mo.na.li']],
      ['ana', ['zoe', 'diana_a', 'anatol']],
      [' ＡNA ', ['zoe', 'diana_a', 'anatol']],
      ['ana_', ['diana_a']],
      ['na', []],
      ['na.', ['mo.na.li']],
      ['.na', ['mo.na.li']],
      ['an', ['zoe', 'anatol']],
      ['na@a.Straße', ['zoe']],
      ['@a.straße', ['zoe']],
      ['oe@ex', ['anatol']],
      ['(151) 123', ['diana_a']],
      ['+49 (151)', ['diana_a']],
      ['5678', ['diana_a']],
      ['51-2', []],
      ['(12', []],
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

  test.each([
    ['NUL', 'ana\0'],
    ['half of a surrogate pair', 'ana\ud800'],
    ['a run of marks', `a${'\u0301'.repeat(31)}`],
  ])('looks nothing up for %s, which no identifier contains', async (_what, search) => {
    const { accounts, options } = await withAccounts(1, { anywhere: true })
    const { users } = options.storage
    const asked: unknown[] = []
    const look = (texts: object) => Promise.resolve((asked.push(...Object.values(texts)), []))
    Object.assign(users, { idsBeginning: look, idsContaining: look })
    expect(await accounts.list({ search })).toEqual({ items: [], nextCursor: null })
    expect(asked).toEqual([])
  })

  test('is scanned if very many identifiers contain the string', async () => {
    const { names, accounts } = await withAccounts(1_100, { anywhere: true })
    await accounts.import({ username: 'zoe', passwordHash: null })
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

  test.each([
    [{}, ['user_waiting', 'user_banned', 'user_0']],
    [{ banned: true }, ['user_banned']],
    [{ banned: false }, ['user_0']],
    [{ waiting: true }, ['user_waiting']],
    [{ waiting: false }, ['user_banned', 'user_0']],
    [{ banned: true, waiting: true }, []],
    [{ banned: true, waiting: false }, ['user_banned']],
    [{ banned: false, waiting: true }, ['user_waiting']],
    [{ banned: false, waiting: false }, ['user_0']],
    [{ waiting: true, role: 'admin' }, []],
  ])('has those that are %j, with a search and without', async (filter, expected) => {
    const { names, accounts } = await withAccounts(1)
    const { id } = await accounts.import({ username: 'user_banned', passwordHash: null })
    await accounts.ban(id)
    const input = { username: 'user_waiting', password: 'correct horse' }
    expect(await codeOf(accounts.register(input))).toBe('approval-required')
    expect(await names(filter)).toEqual(expected)
    expect(await names({ ...filter, search: 'user' })).toEqual(expected)
  })

  test('is scanned if very many identifiers have the prefix, and its pages continue', async () => {
    const { names, accounts, options } = await withAccounts(1_000)
    await accounts.import({ username: 'zoe', passwordHash: null })
    const reads = watch(options.storage.users)
    const verbs = (): Set<string> => new Set(reads.map(({ verb }) => verb))
    expect(await names({ search: 'user' })).toHaveLength(1_000)
    expect(verbs()).toEqual(new Set(['byIds']))
    await accounts.import({ username: 'user_1000', passwordHash: null })
    reads.length = 0
    expect(await names({ search: 'user' })).toHaveLength(1_001)
    expect(verbs()).toEqual(new Set(['search']))
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
    expect(calls.length).toBeLessThanOrEqual(1_000)
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
