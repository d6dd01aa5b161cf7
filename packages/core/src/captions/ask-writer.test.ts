import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { askWriter } from './ask-writer.ts'
import type { CaptionRequest, CaptionWriter } from './caption-writer.ts'

const request = { count: 3, timeoutSeconds: 1 } as CaptionRequest
const reason = new Error('too late')

test.each<[string, CaptionWriter['suggest']]>([
  ['responded', async () => ({ suggestions: ['One.'], writer: 'a-writer', usage: null })],
  ['failed', () => Promise.reject(new Error('no such host'))],
])('a signal that outlives a writer that %s keeps no listener of it', async (_how, suggest) => {
  const { signal } = new AbortController()
  await askWriter({ name: 'a-writer', suggest }, request, signal)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('does not call the writer if the signal is already aborted', async () => {
  const writer = { name: 'a-writer', suggest: () => expect.fail('was asked') }
  expect(await askWriter(writer, request, AbortSignal.abort(reason))).toMatchObject({
    outcome: 'unavailable',
    error: { cause: reason, failures: [{ writer: 'a-writer', reason: 'late' }] },
  })
})
