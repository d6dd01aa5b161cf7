import { expect, test } from 'vitest'
import { codeOf } from '../test/instance.ts'
import { readPage } from './page.ts'

const ids = Array.from(
  { length: 45 },
  (_, index) => `01900000-0000-7000-8000-${String(index).padStart(12, '0')}`,
).reverse()

async function read(
  name: string,
  input: { limit?: number; cursor?: string },
  { rows = ids, hidden = [] as string[] } = {},
) {
  let reads = 0
  const page = await readPage(
    {
      name,
      async read({ limit, before }) {
        reads++
        return rows
          .filter((id) => before === null || id < before)
          .slice(0, limit)
          .map((id) => ({ id }))
      },
      present: async (found) => found.map((row) => (hidden.includes(row.id) ? null : row)),
    },
    input,
  )
  return { ...page, reads }
}

test('pages follow each other without gaps or repeats, and the last one has no next cursor', async () => {
  const seen: string[] = []
  let cursor: string | null | undefined
  let pages = 0
  do {
    const page: { items: { id: string }[]; nextCursor: string | null } = await read(
      'list',
      cursor ? { cursor } : {},
    )
    seen.push(...page.items.map((item) => item.id))
    cursor = page.nextCursor
    pages++
  } while (cursor)
  expect(seen).toEqual(ids)
  expect(pages).toBe(3)
})

test('a page that ends exactly at the end has no next cursor', async () => {
  expect((await read('list', { limit: 45 })).nextCursor).toBeNull()
})

test('a cursor survives the deletion of its item', async () => {
  const { nextCursor } = await read('list', { limit: 10 })
  const rest = ids.filter((_, index) => index !== 9)
  expect((await read('list', { limit: 1, cursor: nextCursor ?? '' }, { rows: rest })).items[0]?.id).toBe(
    ids[10],
  )
})

test('a cursor from another list, or an invented one, is refused', async () => {
  const { nextCursor } = await read('list', { limit: 10 })
  expect(await codeOf(read('other', { cursor: nextCursor ?? '' }))).toBe('invalid-cursor')
  for (const cursor of ['x', '💥', 'bGlzdDo', Buffer.from("list:' OR 1=1").toString('base64url')]) {
    expect(await codeOf(read('list', { cursor }))).toBe('invalid-cursor')
  }
})

test('hidden rows do not make a page shorter, and the number of reads is bounded', async () => {
  const hidden = ids.filter((_, index) => index % 3 !== 0)
  const first = await read('list', { limit: 10 }, { hidden })
  expect(first.items.map((item) => item.id)).toEqual(ids.filter((_, index) => index % 3 === 0).slice(0, 10))
  const rest = await read('list', { limit: 10, cursor: first.nextCursor ?? '' }, { hidden })
  expect(rest.items).toHaveLength(5)
  expect(rest.nextCursor).toBeNull()

  const rows = Array.from(
    { length: 500 },
    (_, index) => `01900000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  ).reverse()
  const none = await read('list', { limit: 10 }, { rows, hidden: rows })
  expect(none).toMatchObject({ items: [], reads: 10 })
  expect(none.nextCursor).not.toBeNull()
})
