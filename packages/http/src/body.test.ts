import { expect, test } from 'vitest'
import { readJsonBody } from './body.ts'

function read(
  body: Iterable<string> | AsyncIterable<Uint8Array> | null,
  headers: object = {},
  parsedBody?: unknown,
) {
  return readJsonBody({
    request: {
      method: 'POST',
      headers: new Headers({ 'content-type': 'application/json', ...headers }),
      parsedBody,
      body: () => body && bytesOf(body),
      signal: new AbortController().signal,
    },
    limitBytes: 100,
    timeoutSeconds: 30,
  })
}

async function* bytesOf(chunks: Iterable<string> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

function stream(chunks: (string | Error)[]): {
  body: AsyncIterable<Uint8Array>
  pulls: () => number
  letGo: () => boolean
} {
  let [pulls, letGo] = [0, false]
  async function* make(): AsyncGenerator<Uint8Array> {
    try {
      for (const chunk of chunks) {
        pulls++
        if (typeof chunk !== 'string') throw chunk
        yield Buffer.from(chunk)
      }
    } finally {
      letGo = true
    }
  }
  return { body: make(), pulls: () => pulls, letGo: () => letGo }
}

test('reads an object, in one piece or in chunks that split a character', async () => {
  expect(await read(['{"a":"ü"}'])).toEqual({ a: 'ü' })
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const byte of Buffer.from('{"a":"ü"}')) yield Uint8Array.of(byte)
  }
  expect(await read(pieces())).toEqual({ a: 'ü' })
})

test('a missing body is an empty object', async () => {
  expect(await read(null)).toEqual({})
  expect(await read(stream([]).body, { 'content-type': 'text/plain' })).toEqual({})
})

test('stops reading at the limit and releases the body', async () => {
  const endless = stream(Array<string>(1000).fill('x'.repeat(30)))
  await expect(read(endless.body)).rejects.toMatchObject({ code: 'payload-too-large' })
  expect([endless.pulls(), endless.letGo()]).toEqual([4, true])
})

test('rejects a declared length that is too large without reading', async () => {
  const unread = stream(['{}'])
  await expect(read(unread.body, { 'content-length': '101' })).rejects.toMatchObject({
    code: 'payload-too-large',
  })
  expect(unread.pulls()).toBe(0)
})

test('an interrupted body is an error of the request', async () => {
  const broken = stream(['{"a":', new Error('ECONNRESET')])
  await expect(read(broken.body)).rejects.toMatchObject({ code: 'malformed-request' })
})

test('an error never quotes the body', async () => {
  const error = await read(['{"password":"hunter22"']).catch((thrown: unknown) => thrown)
  expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain('hunter22')
})

test('uses a body that a parser has already read as it is', async () => {
  expect(await read(null, {}, { a: 1 })).toEqual({ a: 1 })
  await expect(read(null, { 'content-type': 'text/plain' }, { a: 1 })).rejects.toMatchObject({ status: 415 })
  await expect(read(null, {}, [])).rejects.toMatchObject({ code: 'invalid-input' })
  await expect(read(null, {}, '{"a":1}')).rejects.toMatchObject({ code: 'malformed-request' })
})

test('a body that other code has consumed is an error of the app', async () => {
  await expect(read(null, {}, Buffer.from('{}'))).rejects.toThrow(/mount the routes of Kith before/)
})
