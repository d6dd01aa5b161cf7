import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { streamOf } from './answer-stream.ts'

async function* slow(end?: Error): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let count = 0; count < 5; count++) {
    await wait(5)
    yield new Uint8Array(10)
  }
  if (end) throw end
}

test('a client that disconnects during a chunk is not an error, and ends the source', async () => {
  const end = { done: vi.fn(), brokeOff: vi.fn(), cancelled: vi.fn() }
  const ended = vi.fn()
  async function* stream(): AsyncGenerator<Uint8Array> {
    try {
      yield* slow()
    } finally {
      ended()
    }
  }
  const body = streamOf(stream(), end).resume()
  await wait(7)
  body.destroy()
  await wait(20)
  expect(ended).toHaveBeenCalledOnce()
  expect(end.brokeOff).not.toHaveBeenCalled()
  expect(end.cancelled).toHaveBeenCalledOnce()
  expect(end.done).not.toHaveBeenCalled()
})

test('a failing source is reported once', async () => {
  const end = { done: vi.fn(), brokeOff: vi.fn(), cancelled: vi.fn() }
  const gone = new Error('gone')
  await expect(streamOf(slow(gone), end).toArray()).rejects.toThrow('gone')
  expect(end.brokeOff.mock.calls).toEqual([[gone]])
})

test('a complete source is reported once', async () => {
  const end = { done: vi.fn(), brokeOff: vi.fn(), cancelled: vi.fn() }
  expect(Buffer.concat(await streamOf(slow(), end).toArray())).toHaveLength(50)
  expect(end.done).toHaveBeenCalledOnce()
  expect(end.cancelled).not.toHaveBeenCalled()
})

test('empty chunks do not stall the stream', async () => {
  const end = { done: vi.fn(), brokeOff: vi.fn(), cancelled: vi.fn() }
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (const text of ['', '', 'a', '', '', 'b', '']) yield Buffer.from(text)
  }
  expect(Buffer.concat(await streamOf(stream(), end).toArray()).toString()).toBe('ab')
  expect(end.done).toHaveBeenCalledOnce()
})

test('nothing is produced before it is read, and the end is reported with the last chunk', async () => {
  const end = { done: vi.fn(), brokeOff: vi.fn(), cancelled: vi.fn() }
  let made = 0
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (; made < 3; made++) yield new Uint8Array(10)
  }
  const body = streamOf(stream(), end)
  await wait(5)
  expect(made).toBe(0)
  let read = 0
  for await (const chunk of body) {
    read += (chunk as Uint8Array).length
    if (read === 30) expect(end.done).toHaveBeenCalledOnce()
  }
  expect(read).toBe(30)
})
