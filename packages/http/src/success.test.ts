import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { toSuccess } from './success.ts'

async function* slow(end?: Error): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let count = 0; count < 5; count++) {
    await wait(5)
    yield new Uint8Array(10)
  }
  if (end) throw end
}

const usual = { status: 200, requestId: 'an-id' }

test('a client that leaves while a chunk is on its way has broken nothing, and ends the source', async () => {
  const end = { done: vi.fn(), brokeOff: vi.fn(), cancelled: vi.fn() }
  const ended = vi.fn()
  async function* stream(): AsyncGenerator<Uint8Array> {
    try {
      yield* slow()
    } finally {
      ended()
    }
  }
  const reader = toSuccess({ stream: stream() }, usual, end).body?.getReader()
  const reading = reader?.read()
  await wait(7)
  await reader?.cancel()
  await reading
  await wait(20)
  expect(ended).toHaveBeenCalledOnce()
  expect(end.brokeOff).not.toHaveBeenCalled()
  expect(end.cancelled).toHaveBeenCalledOnce()
  expect(end.done).not.toHaveBeenCalled()
})

test('a source that fails is told of once', async () => {
  const end = { done: vi.fn(), brokeOff: vi.fn(), cancelled: vi.fn() }
  const gone = new Error('gone')
  await expect(toSuccess({ stream: slow(gone) }, usual, end).text()).rejects.toThrow()
  expect(end.brokeOff.mock.calls).toEqual([[gone]])
})

test('a source that is read to its end says so once', async () => {
  const end = { done: vi.fn(), brokeOff: vi.fn(), cancelled: vi.fn() }
  expect(await toSuccess({ stream: slow() }, usual, end).text()).toHaveLength(50)
  expect(end.done).toHaveBeenCalledOnce()
  expect(end.cancelled).not.toHaveBeenCalled()
})
