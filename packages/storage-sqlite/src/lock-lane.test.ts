import { setTimeout as wait } from 'node:timers/promises'
import { RetryLaterError } from '@kith/core'
import { expect, test } from 'vitest'
import { createLockLane } from './lock-lane.ts'

/** Work that finds the lock held this many times before it succeeds. */
function heldFor<Result>(times: number, result: Result): () => Result {
  let left = times
  return () => {
    if (left-- > 0) throw new RetryLaterError('storage-busy', 1)
    return result
  }
}

test.each([
  ['free', 0],
  ['held once more', 1],
  ['held three times more', 3],
])('a call made right after a waiting one finishes gets its turn: the lock is %s', async (_, times) => {
  const lane = createLockLane(() => 5_000)
  const both = lane.run(heldFor(1, 'first')).then((first) => [first, lane.run(heldFor(times, 'second'))])
  const [first, second] = await both
  // In the same turn of the loop in which the lane finds that no call waits any more.
  expect(await Promise.race([second, wait(5_000, 'never', { ref: false })])).toBe('second')
  expect(first).toBe('first')
  await lane.idle()
})

test('waiting calls run in order, and so do those that arrive meanwhile', async () => {
  const lane = createLockLane(() => 5_000)
  const done: number[] = []
  const made = (number: number, times = 0) => lane.run(heldFor(times, number)).then((each) => done.push(each))
  const chain = made(1, 2).then(() => made(4).then(() => made(5, 1)))
  await Promise.all([chain, made(2), made(3)])
  expect(done).toEqual([1, 2, 3, 4, 5])
})

test('a call that waited in vain is refused together with those behind it, and the lane works again when the lock is free', async () => {
  const lane = createLockLane(() => 20)
  let held = true
  const attempt = (): string => {
    if (held) throw new RetryLaterError('storage-busy', 1)
    return 'done'
  }
  const refused = { code: 'storage-busy' }
  const calls = [lane.run(attempt), lane.run(attempt)]
  await Promise.all(calls.map((call) => expect(call).rejects.toMatchObject(refused)))
  await expect(lane.run(attempt)).rejects.toMatchObject(refused)
  held = false
  await expect.poll(() => lane.run(attempt).catch(() => 'refused')).toBe('done')
  expect(await lane.run(attempt)).toBe('done')
})
