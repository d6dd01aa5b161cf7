import { expect, test } from 'vitest'
import { freeAsRead, own, share } from './chunk-memory.ts'

const pace = { graceSeconds: 10, bytesPerSecond: 0 }

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const left = [...chunks]
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const next = left.shift()
        if (next) controller.enqueue(next)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

function makeChunks(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => new Uint8Array(8).fill(index + 1))
}

function freedOf(chunks: readonly Uint8Array[]): boolean[] {
  return chunks.map(({ buffer }) => (buffer as ArrayBuffer).detached)
}

/** Reads a body to its end, and answers how many chunks were freed at each step. */
async function read(body: ReadableStream<Uint8Array>, chunks: readonly Uint8Array[]): Promise<number[]> {
  const { chunks: read, freeing } = freeAsRead(body, pace)
  const freed: number[] = []
  for await (const chunk of freeing(read)) {
    expect(chunk).toHaveLength(8)
    freed.push(freedOf(chunks).filter(Boolean).length)
  }
  return freed
}

test('a chunk is freed when the one behind it is handed on', async () => {
  const chunks = makeChunks(5)
  const body = streamOf(chunks)
  own(body)
  expect(await read(body, chunks)).toEqual([0, 1, 2, 3, 4])
})

test('nothing is freed of a body that is not owned, or of its copy', async () => {
  const chunks = makeChunks(5)
  expect(await read(streamOf(chunks), chunks)).toEqual([0, 0, 0, 0, 0])
  const body = streamOf(chunks)
  own(body)
  const request = new Request('http://localhost', { method: 'POST', body, duplex: 'half' })
  const copy = request.clone()
  const reads = [request, copy].map(({ body: stream }) => read(stream as ReadableStream<Uint8Array>, chunks))
  expect(await Promise.all(reads)).toEqual([Array(5).fill(0), Array(5).fill(0)])
})

test('nothing is freed from where on a body is shared', async () => {
  const chunks = makeChunks(5)
  const body = streamOf(chunks)
  own(body)
  const { chunks: all, freeing } = freeAsRead(body, pace)
  let count = 0
  for await (const chunk of freeing(all)) if (chunk[0] === 3 && ++count) share(body)
  expect(count).toBe(1)
  expect(freedOf(chunks)).toEqual([true, true, false, false, false])
})

test('a chunk that is a part of a larger memory is not freed', async () => {
  const memory = new Uint8Array(24)
  const chunks = [memory.subarray(0, 8), memory.subarray(8, 16), new Uint8Array(8)]
  const body = streamOf(chunks)
  own(body)
  expect(await read(body, chunks)).toEqual([0, 0, 0])
})

test('of parts that were cut from chunks, the last one of a chunk is still there when it is handed on', async () => {
  const chunks = makeChunks(4)
  const body = streamOf(chunks)
  own(body)
  const { chunks: all, freeing } = freeAsRead(body, pace)
  async function* cut(): AsyncGenerator<Uint8Array> {
    for await (const chunk of all) {
      if (chunk[0] === 2) continue
      yield chunk.subarray(0, 3)
      yield new Uint8Array(2)
      yield chunk.subarray(3)
    }
  }
  const seen: number[][] = []
  for await (const part of freeing(cut())) seen.push([...part])
  expect(seen.flat()).toEqual(
    [1, 3, 4].flatMap((value) => [...Array(3).fill(value), 0, 0, ...Array(5).fill(value)]),
  )
  expect(freedOf(chunks)).toEqual([true, true, true, false])
})

test('of chunks of which nothing is handed on, only the latest are held', async () => {
  const chunks = makeChunks(1000)
  const body = streamOf(chunks)
  own(body)
  const { chunks: all, freeing } = freeAsRead(body, pace)
  async function* last(): AsyncGenerator<Uint8Array> {
    let chunk: Uint8Array | undefined
    for await (chunk of all);
    if (chunk) yield chunk
  }
  for await (const part of freeing(last())) expect(part).toHaveLength(8)
  expect(freedOf(chunks).filter(Boolean)).toHaveLength(255)
})
