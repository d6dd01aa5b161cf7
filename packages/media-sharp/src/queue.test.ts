import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createQueue } from './queue.ts'

test('at most so many run at a time, in the order they came, failures or not', async () => {
  const queue = createQueue(3, 100)
  let running = 0
  let most = 0
  const order: number[] = []
  const jobs = Array.from({ length: 20 }, (_, index) =>
    queue(async () => {
      order.push(index)
      most = Math.max(most, ++running)
      await turn()
      running--
      if (index % 4 === 0) throw new Error('broken')
    }),
  )
  const results = await Promise.allSettled(jobs)
  expect(most).toBe(3)
  expect(order).toEqual([...order].sort((a, b) => a - b))
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5)
})

test('what would wait behind too many is told to come back', async () => {
  const queue = createQueue(1, 2)
  const jobs = Array.from({ length: 4 }, () => queue(() => turn('done')))
  const results = await Promise.allSettled(jobs)
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
  expect(results[3]).toMatchObject({ reason: { code: 'busy', retryAfterSeconds: 1 } })
  expect(await queue(() => turn('again'))).toBe('again')
})
