import { expect, test } from 'vitest'
import { readJsonBody } from './body.ts'

function read(
  body: string | ReadableStream | null,
  headers: Record<string, string> = {},
  parsedBody?: unknown,
) {
  const request = new Request('http://localhost', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    duplex: 'half',
  } as RequestInit)
  return readJsonBody({ request, parsedBody, limitBytes: 100, timeoutSeconds: 30 })
}

function stream(chunks: (string | Error)[]): {
  body: ReadableStream<Uint8Array>
  pulls: () => number
  cancelled: () => boolean
} {
  let [pulls, cancelled] = [0, false]
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[pulls++]
        if (chunk === undefined) controller.close()
        else if (typeof chunk === 'string') controller.enqueue(Buffer.from(chunk))
        else controller.error(chunk)
      },
      cancel: () => void (cancelled = true),
    },
    { highWaterMark: 0 },
  )
  return { body, pulls: () => pulls, cancelled: () => cancelled }
}

test('reads an object, whole or in pieces that split a character', async () => {
  expect(await read('{"a":"ü"}')).toEqual({ a: 'ü' })
  const bytes = Buffer.from('{"a":"ü"}')
  const pieces = new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
      controller.close()
    },
  })
  expect(await read(pieces)).toEqual({ a: 'ü' })
})

test('no body is an empty object', async () => {
  expect(await read(null)).toEqual({})
  expect(await read(stream([]).body, { 'content-type': 'text/plain' })).toEqual({})
})

test('stops reading at the limit and lets go of the stream', async () => {
  const endless = stream(Array<string>(1000).fill('x'.repeat(30)))
  await expect(read(endless.body)).rejects.toMatchObject({ code: 'payload-too-large' })
  expect([endless.pulls(), endless.cancelled()]).toEqual([4, true])
})

test('believes a length that is too large without reading', async () => {
  const unread = stream(['{}'])
  await expect(read(unread.body, { 'content-length': '101' })).rejects.toMatchObject({
    code: 'payload-too-large',
  })
  expect(unread.pulls()).toBe(0)
})

test('a body that breaks off is the mistake of the request', async () => {
  const broken = stream(['{"a":', new Error('ECONNRESET')])
  await expect(read(broken.body)).rejects.toMatchObject({ code: 'malformed-request' })
})

test('an error never quotes the body', async () => {
  const error = await read('{"password":"hunter22"').catch((thrown: unknown) => thrown)
  expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain('hunter22')
})

test('a body that a parser has read is taken as it is', async () => {
  expect(await read(null, {}, { a: 1 })).toEqual({ a: 1 })
  await expect(read(null, { 'content-type': 'text/plain' }, { a: 1 })).rejects.toMatchObject({ status: 415 })
  await expect(read(null, {}, [])).rejects.toMatchObject({ code: 'invalid-input' })
  await expect(read(null, {}, '{"a":1}')).rejects.toMatchObject({ code: 'malformed-request' })
})

test('a body that something else has consumed is an error of the app', async () => {
  await expect(read(null, {}, Buffer.from('{}'))).rejects.toThrow(/mount the routes of Kith before/)
  const request = new Request('http://localhost', { method: 'POST', body: '{}' })
  await request.text()
  await expect(
    readJsonBody({ request, parsedBody: undefined, limitBytes: 100, timeoutSeconds: 30 }),
  ).rejects.toThrow(TypeError)
})
