import { stat } from 'node:fs'
import { expect, test } from 'vitest'
import { type BodyPace, readPaced } from './body-pace.ts'

/** A body that produces its next chunk when `send` is called. */
function controlled() {
  const chunks: number[] = []
  let [isOver, isLetGo, wake] = [false, false, () => {}]
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      while (chunks.length === 0 && !isOver) await new Promise<void>((resolve) => void (wake = resolve))
      const length = chunks.shift()
      return length === undefined
        ? { done: true, value: undefined }
        : { done: false, value: new Uint8Array(length) }
    },
    async return() {
      isLetGo = true
      return { done: true, value: undefined }
    },
  }
  return {
    body: { [Symbol.asyncIterator]: () => iterator },
    send(length: number) {
      chunks.push(length)
      wake()
    },
    end() {
      isOver = true
      wake()
    },
    isLetGo: () => isLetGo,
  }
}

async function lengthOf(body: AsyncIterable<Uint8Array>, pace: BodyPace, pause = 0): Promise<number> {
  let length = 0
  for await (const chunk of readPaced(body, pace)) {
    length += chunk.byteLength
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
  }
  return length
}

test('a stalled body is too slow, and is released', async () => {
  const { body, send, isLetGo } = controlled()
  send(10)
  const pace = { graceSeconds: 0.05, bytesPerSecond: 0 }
  await expect(lengthOf(body, pace)).rejects.toMatchObject({ code: 'request-timeout', status: 408 })
  expect(isLetGo()).toBe(true)
})

test('a body that arrives byte by byte is still held to the rate', async () => {
  const { body, send, isLetGo } = controlled()
  const trickle = setInterval(() => {
    if (!isLetGo()) send(1)
  }, 5)
  const pace = { graceSeconds: 0.1, bytesPerSecond: 16_384 }
  await expect(lengthOf(body, pace)).rejects.toMatchObject({ code: 'request-timeout' })
  clearInterval(trickle)
})

test('a slow reader does not count against the sender', async () => {
  const { body, send, end } = controlled()
  for (let sent = 0; sent < 10; sent++) send(100)
  end()
  expect(await lengthOf(body, { graceSeconds: 0.4, bytesPerSecond: 0 }, 50)).toBe(1000)
})

test('a blocked process does not count against the sender', async () => {
  const { body, send, end } = controlled()
  const length = lengthOf(body, { graceSeconds: 0.1, bytesPerSecond: 0 })
  await new Promise((resolve) => setImmediate(resolve))
  // The data comes from outside of this process, like bytes from a socket.
  stat('.', () => {
    send(10)
    end()
  })
  // Longer than the grace period.
  const until = performance.now() + 300
  while (performance.now() < until);
  expect(await length).toBe(10)
})

test('the credit for fast sending is limited to three times the grace period', async () => {
  const { body, send } = controlled()
  send(1_000_000)
  // At one byte per second, the credit would last for eleven days.
  const pace = { graceSeconds: 0.05, bytesPerSecond: 1 }
  await expect(lengthOf(body, pace)).rejects.toMatchObject({ code: 'request-timeout' })
})

test('a reader that stops releases the body', async () => {
  const { body, send, isLetGo } = controlled()
  send(1)
  for await (const _chunk of readPaced(body, { graceSeconds: 10, bytesPerSecond: 0 })) break
  expect(isLetGo()).toBe(true)
})
