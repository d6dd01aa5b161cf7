import { stat } from 'node:fs'
import { expect, test } from 'vitest'
import { type BodyPace, readPaced } from './body-pace.ts'

/** A body that hands on its next chunk when `next` says so. */
function controlled() {
  let controller: ReadableStreamDefaultController<Uint8Array>
  let cancelled = false
  const body = new ReadableStream<Uint8Array>(
    {
      start: (own) => void (controller = own),
      cancel: () => void (cancelled = true),
    },
    { highWaterMark: 0 },
  )
  return {
    body,
    send: (length: number) => controller.enqueue(new Uint8Array(length)),
    end: () => controller.close(),
    cancelled: () => cancelled,
  }
}

async function lengthOf(body: ReadableStream<Uint8Array>, pace: BodyPace, pause = 0): Promise<number> {
  let length = 0
  for await (const chunk of readPaced(body, pace)) {
    length += chunk.byteLength
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
  }
  return length
}

test('a body that stops is too slow, and is let go', async () => {
  const { body, send, cancelled } = controlled()
  send(10)
  const pace = { graceSeconds: 0.05, bytesPerSecond: 0 }
  await expect(lengthOf(body, pace)).rejects.toMatchObject({ code: 'request-timeout', status: 408 })
  expect(cancelled()).toBe(true)
})

test('one byte after the other does not keep a reader beyond the rate', async () => {
  const { body, send, cancelled } = controlled()
  const trickle = setInterval(() => {
    if (!cancelled()) send(1)
  }, 5)
  const pace = { graceSeconds: 0.1, bytesPerSecond: 16_384 }
  await expect(lengthOf(body, pace)).rejects.toMatchObject({ code: 'request-timeout' })
  clearInterval(trickle)
})

test('a slow reader is not charged to the sender', async () => {
  const { body, send, end } = controlled()
  for (let sent = 0; sent < 10; sent++) send(100)
  end()
  expect(await lengthOf(body, { graceSeconds: 0.4, bytesPerSecond: 0 }, 50)).toBe(1000)
})

test('a process that stood still blames nobody for it', async () => {
  const { body, send, end } = controlled()
  const length = lengthOf(body, { graceSeconds: 0.1, bytesPerSecond: 0 })
  await new Promise((resolve) => setImmediate(resolve))
  // What comes from outside of this process, as bytes of a socket do.
  stat('.', () => {
    send(10)
    end()
  })
  // Longer than the grace.
  const until = performance.now() + 300
  while (performance.now() < until);
  expect(await length).toBe(10)
})

test('what was sent faster is saved up only to three times the grace', async () => {
  const { body, send } = controlled()
  send(1_000_000)
  // At one byte a second the credit would be eleven days.
  const pace = { graceSeconds: 0.05, bytesPerSecond: 1 }
  await expect(lengthOf(body, pace)).rejects.toMatchObject({ code: 'request-timeout' })
})

test('whoever stops reading lets the body go', async () => {
  const { body, send, cancelled } = controlled()
  send(1)
  for await (const _chunk of readPaced(body, { graceSeconds: 10, bytesPerSecond: 0 })) break
  expect(cancelled()).toBe(true)
})
