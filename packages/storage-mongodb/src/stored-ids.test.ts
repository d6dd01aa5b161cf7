import { randomUUID } from 'node:crypto'
import { BSON } from 'mongodb'
import { expect, test } from 'vitest'
import { fromStored, toStored } from './stored-ids.ts'

const passed = <Value extends object>(value: Value): unknown =>
  fromStored(BSON.deserialize(BSON.serialize(toStored(value)), { promoteBuffers: false }))

const [one, other] = [randomUUID(), randomUUID()]

test('ids are returned unchanged, in every field', () => {
  const rows = [
    {
      _id: one,
      userId: other,
      name: 'Ada',
      createdAt: new Date(1),
      held: [{ name: 'a', until: new Date(2) }],
    },
    { _id: `like ${one} ${other}`, id: one, kind: 'like', from: one, to: other, hidden: 0 },
    { _id: one, attachment: { use: 'post', subject: other, position: 1, alt: one }, measures: null },
    { _id: { $in: [one, other] }, 'attachment.subject': { $gt: one }, $or: [{ from: one }, { to: null }] },
  ]
  for (const row of rows) expect(passed(row)).toEqual(row)
})

test('an id is 16 bytes, that of an edge 33, and nothing else is changed', () => {
  const stored = toStored({ _id: one, from: `x${one}`, caption: one, claim: { by: one } })
  const row = BSON.deserialize(BSON.serialize(stored), { promoteBuffers: true })
  expect(row['_id']).toHaveLength(16)
  expect(row).toMatchObject({ from: `x${one}`, caption: one, claim: { by: one } })
  const edge = BSON.deserialize(BSON.serialize(toStored({ _id: `save ${one} ${other}` })), {
    promoteBuffers: true,
  })
  expect(edge['_id']).toHaveLength(33)
})

test.each([
  '',
  'nothing',
  one.toUpperCase(),
  one.replaceAll('-', ''),
  one.replace('-', '_'),
  `${one.slice(0, -1)}g`,
  `${one.slice(0, -1)}💥`,
  `hate ${one} ${other}`,
  `like ${one}  ${other.slice(1)}`,
  `like ${one} ${other.toUpperCase()}`,
  '0'.repeat(36),
])('"%s" is not an id and stays a string', (text) => {
  expect(toStored({ _id: text })).toEqual({ _id: text })
  expect(passed({ _id: text })).toEqual({ _id: text })
})

test('bytes sort like their strings', () => {
  const ids = Array.from({ length: 200 }, () => randomUUID())
  const bytes = ids.map((_id) => ({ _id, key: Buffer.from(BSON.serialize(toStored({ _id }))) }))
  bytes.sort((a, b) => Buffer.compare(a.key, b.key))
  expect(bytes.map(({ _id }) => _id)).toEqual([...ids].sort())
})
