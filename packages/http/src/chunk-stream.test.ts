import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { streamChunks } from './chunk-stream.ts'

function sourceOf(...chunks: readonly string[]): Readable {
  const source = new Readable({ read() {} })
  for (const chunk of chunks) source.push(Buffer.from(chunk))
  return source
}

const large = 'x'.repeat(4096)

async function read(source: Readable): Promise<string[]> {
  const seen: string[] = []
  for await (const chunk of streamChunks(source)) seen.push(Buffer.from(chunk).toString())
  return seen
}

test('chunks that wait stay apart, and the end comes behind them', async () => {
  const source = sourceOf(`${large}a`, `${large}bc`, `${large}d`)
  source.push(null)
  expect(await read(source)).toEqual([`${large}a`, `${large}bc`, `${large}d`])
})

test('single bytes are joined, so that they cost their readers no more than their size', async () => {
  const source = sourceOf(...'a'.repeat(100_000))
  source.push(null)
  const seen = await read(source)
  expect(seen.join('')).toBe('a'.repeat(100_000))
  expect(seen.length).toBeLessThan(10)
})

test('small chunks and large ones stay in order', async () => {
  const source = sourceOf('a', 'b', `${large}c`, 'd', large.repeat(4), 'e')
  source.push(null)
  expect((await read(source)).join('')).toBe(`ab${large}cd${large.repeat(4)}e`)
})

test('nothing is read before it is asked for, and then one chunk', async () => {
  const source = sourceOf(large, 'b', 'c', large.repeat(4), 'd')
  const reader = streamChunks(source).getReader()
  await turn()
  expect([source.readableDidRead, source.readableLength]).toEqual([false, 5 * 4096 + 3])
  expect((await reader.read()).value).toEqual(Buffer.from(large))
  await turn()
  expect(source.readableLength).toBe(4 * 4096 + 3)
  await reader.read()
  await turn()
  expect(source.readableLength).toBe(1)
})

test('a chunk that comes later, an error and an early end reach a reader that waits', async () => {
  const source = sourceOf()
  const reader = streamChunks(source).getReader()
  const waiting = reader.read()
  source.push('late')
  expect((await waiting).value).toEqual(Buffer.from('late'))
  const failing = reader.read()
  source.destroy(new Error('gone'))
  await expect(failing).rejects.toThrow('gone')
  const cut = sourceOf()
  const ending = streamChunks(cut).getReader().read()
  cut.destroy()
  await expect(ending).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
})

test('whoever stops reading lets the rest pass, and an error of it is nobody’s', async () => {
  const source = sourceOf('a', 'b')
  const stream = streamChunks(source)
  for await (const chunk of stream) if (chunk.length > 0) break
  source.push('c')
  source.push(null)
  await once(source, 'end')
  const failing = sourceOf('a')
  await streamChunks(failing).cancel()
  failing.destroy(new Error('gone'))
  await new Promise((closed) => failing.on('close', closed))
})
