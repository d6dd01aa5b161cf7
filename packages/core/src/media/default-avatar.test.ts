import { expect, test } from 'vitest'
import { drawDefaultAvatar } from './default-avatar.ts'

test('a default avatar depends only on the id: always the same for one id, different for another', () => {
  const ids = Array.from(
    { length: 50 },
    (_, index) => `01900000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  )
  const pictures = ids.map((id) => Buffer.from(drawDefaultAvatar(id)).toString('base64'))
  expect(ids.map((id) => Buffer.from(drawDefaultAvatar(id)).toString('base64'))).toEqual(pictures)
  expect(new Set(pictures).size).toBe(ids.length)
})

test('a requested picture is cached, and invented ids do not fill the memory', () => {
  const first = drawDefaultAvatar('first')
  expect(drawDefaultAvatar('first')).toBe(first)
  for (let index = 0; index < 1_000; index++) drawDefaultAvatar(`made-up-${index}`)
  const again = drawDefaultAvatar('first')
  expect(again).not.toBe(first)
  expect(again).toEqual(first)
})
