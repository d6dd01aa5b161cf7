import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { eachWithin, within } from './within.ts'

const never = (): Promise<never> => new Promise(() => {})

describe('within', () => {
  test('resolves and rejects like the work', async () => {
    expect(await within({ millis: 1000 }, async () => 'done')).toBe('done')
    const failure = new Error('no')
    await expect(within({ millis: 1000 }, () => Promise.reject(failure))).rejects.toBe(failure)
  })

  test('waits no longer than the timeout for work that ignores its signal, and aborts the signal', async () => {
    let given: AbortSignal | undefined
    const waiting = within({ millis: 20 }, (signal) => {
      given = signal
      return never()
    })
    await expect(waiting).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'no response within 0.02 s',
    })
    expect(given?.aborted).toBe(true)
  })

  test('throws the given error after the timeout', async () => {
    const late = new Error('late')
    await expect(within({ millis: 1, late: () => late }, never)).rejects.toBe(late)
  })

  test('ends when the signal is aborted, and does not start after that', async () => {
    const user = new AbortController()
    const waiting = within({ signal: user.signal }, never)
    const reason = new Error('left')
    user.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    let begun = false
    const after = within({ signal: user.signal }, async () => (begun = true))
    await expect(after).rejects.toBe(reason)
    expect(begun).toBe(false)
  })

  test('does not abort the signal of finished work later', async () => {
    const user = new AbortController()
    let given: AbortSignal | undefined
    await within({ millis: 5, signal: user.signal }, async (signal) => void (given = signal))
    user.abort()
    await wait(20)
    expect(given?.aborted).toBe(false)
  })

  test('returns a result that was ready in time, even if the process was too busy to check', async () => {
    const { port1, port2 } = new MessageChannel()
    const answer = once(port1, 'message')
    const waiting = within({ millis: 10 }, () => answer)
    port2.postMessage('here')
    for (const end = performance.now() + 50; performance.now() < end;);
    await expect(waiting).resolves.toBeTruthy()
    port1.close()
  })
})

describe('a body', () => {
  test('is read to its end, however long it takes in total', async () => {
    async function* slow(): AsyncGenerator<Buffer> {
      for (let index = 0; index < 4; index++) {
        await wait(30)
        yield Buffer.from([index])
      }
    }
    const parts: number[] = []
    for await (const part of eachWithin({ millis: 90 }, Readable.from(slow()))) parts.push(...part)
    expect(parts).toEqual([0, 1, 2, 3])
  })

  test.each(['Node', 'the web'])('from %s that stalls is late and is closed', async (kind) => {
    let isClosed = false
    const body =
      kind === 'Node'
        ? new Readable({
            read() {},
            destroy(error, done) {
              isClosed = true
              done(error)
            },
          })
        : new ReadableStream<Uint8Array>({ cancel: () => void (isClosed = true) })
    await expect(eachWithin({ millis: 20 }, body).next()).rejects.toMatchObject({ name: 'TimeoutError' })
    await wait(5)
    expect(isClosed).toBe(true)
  })

  test('is closed if the reader stops early', async () => {
    const body = Readable.from([Buffer.from('a'), Buffer.from('b')])
    for await (const part of eachWithin({ millis: 100 }, body)) if (part.length > 0) break
    expect(body.destroyed).toBe(true)
  })
})
