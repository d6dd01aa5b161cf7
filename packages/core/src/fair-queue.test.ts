import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { codeOf } from '../test/instance.ts'
import { createFairQueue, type FairQueue } from './fair-queue.ts'

/** Occupies the only place of a queue until it is released. */
function occupy(queue: FairQueue): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  void queue({ key: 'occupant' }, () => promise)
  return resolve
}

test('runs as many jobs in parallel as allowed, even after failures, and loses none', async () => {
  const queue = createFairQueue({ concurrency: 3, maxWaiting: 100 })
  let running = 0
  let most = 0
  const jobs = Array.from({ length: 20 }, (_, index) =>
    queue({ key: 'one' }, async () => {
      most = Math.max(most, ++running)
      await turn()
      running--
      if (index % 4 === 0) throw new Error('broken')
      return index
    }),
  )
  const results = await Promise.allSettled(jobs)
  expect(most).toBe(3)
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5)
  expect(await queue({ key: 'one' }, async () => 'free again')).toBe('free again')
})

test('keys take turns, and the calls of one key run in order', async () => {
  const queue = createFairQueue({ concurrency: 1, maxWaiting: 100 })
  const release = occupy(queue)
  const order: string[] = []
  const calls = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) =>
    queue({ key: name.slice(0, 1) }, async () => void order.push(name)),
  )
  release()
  await Promise.all(calls)
  expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
})

test('the first lane runs before the shared one and has its own places', async () => {
  const queue = createFairQueue({ concurrency: 1, maxWaiting: 2 })
  const release = occupy(queue)
  const order: string[] = []
  const call = (key: string, lane?: 'first') => codeOf(queue({ key, lane }, async () => void order.push(key)))
  const calls = [call('x'), call('y'), call('z'), call('known', 'first')]
  release()
  expect(await Promise.all(calls)).toEqual(['no error', 'no error', 'busy', 'no error'])
  expect(order).toEqual(['known', 'x', 'y'])
})

test('the first lane leaves every fourth place to the shared one, however many wait', async () => {
  const queue = createFairQueue({ concurrency: 1, maxWaiting: 20 })
  const release = occupy(queue)
  const order: string[] = []
  const call = (name: string, lane?: 'first') => queue({ key: name, lane }, async () => void order.push(name))
  const calls = [call('x'), call('y'), ...'abcdef'.split('').map((name) => call(name, 'first'))]
  release()
  await Promise.all(calls)
  expect(order.join('')).toBe('abcxdefy')
})

test('if a lane is full, the key with the longest line gives way to one with a shorter line', async () => {
  const queue = createFairQueue({ concurrency: 1, maxWaiting: 4 })
  const release = occupy(queue)
  const call = (key: string) => codeOf(queue({ key }, async () => undefined))
  const flood = [call('flood'), call('flood'), call('flood'), call('flood'), call('flood')]
  const others = [call('anna'), call('ben')]
  release()
  expect(await Promise.all(flood)).toEqual(['no error', 'no error', 'busy', 'busy', 'busy'])
  expect(await Promise.all(others)).toEqual(['no error', 'no error'])
})

test('its load reports how many wait, run and were refused', async () => {
  const queue = createFairQueue({ concurrency: 1, maxWaiting: 1 })
  const release = occupy(queue)
  const waiting = queue({ key: 'a' }, async () => {})
  const first = queue({ key: 'b', lane: 'first' }, async () => {})
  expect(await codeOf(queue({ key: 'a' }, async () => {}))).toBe('busy')
  expect(queue.load()).toEqual({ waiting: 2, running: 1, refused: 1 })
  release()
  await Promise.all([waiting, first])
  expect(queue.load()).toEqual({ waiting: 0, running: 0, refused: 1 })
})
