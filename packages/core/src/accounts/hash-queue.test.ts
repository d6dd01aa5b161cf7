import { expect, test } from 'vitest'
import { codeOf } from '../../test/instance.ts'
import { createHashQueue } from './hash-queue.ts'

test('runs as many at once as it may, refuses what would wait too long, and goes on after a failure', async () => {
  const queue = createHashQueue(2, 3)
  let running = 0
  let most = 0
  const finish: (() => void)[] = []
  const work = async () => {
    most = Math.max(most, ++running)
    await new Promise<void>((resolve) => finish.push(resolve))
    running--
    if (finish.length === 1) throw new Error('the first one fails')
  }
  const calls = Array.from({ length: 5 }, () => codeOf(queue(work)))
  expect(await codeOf(queue(work))).toBe('busy')
  for (let done = 0; done < 5; done++) {
    finish[done]?.()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(calls)
  expect(most).toBe(2)
  expect(running).toBe(0)
  expect(await queue(async () => 'free again')).toBe('free again')
})
