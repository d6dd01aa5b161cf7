import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { CaptionRequest, CaptionWriter } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { never } from '../never.ts'
import { sampleRequest } from './request.ts'

/** How long an immediate end may take: machines can be busy. */
const patienceMillis = 3000

/** How a writer promises to stop. */
export const stoppingCases: readonly Case<CaptionWriter>[] = [
  {
    id: 'captions/aborted-before',
    title: 'if the signal is already aborted, a writer returns nothing and fails immediately',
    async run(writer) {
      const outcome = await outcomeOf(
        writer.suggest(sampleRequest(), AbortSignal.abort(new Error('too late'))),
      )
      assert.equal(outcome, 'failed')
    },
  },
  {
    id: 'captions/aborted-while-reading',
    title: 'a writer stops when its signal is aborted, even while it reads an image that does not end',
    async run(writer) {
      const controller = new AbortController()
      const abort = (): void => controller.abort(new Error('too late'))
      let looked = false
      const request = sampleRequest({
        async image() {
          looked = true
          setTimeout(abort, 5)
          return endless()
        },
      })
      const ended = outcomeOf(writer.suggest(request, controller.signal))
      // A writer that does not look at the image may have ended before.
      setTimeout(abort, 100)
      assert.notEqual(await ended, 'waiting')
      assert.ok(!looked || (await ended) === 'failed', 'it responds although it was stopped')
    },
  },
  {
    id: 'captions/unreadable-image',
    title: 'an image that cannot be opened or read is an error, or ignored, but never waited for',
    async run(writer) {
      const images: CaptionRequest['image'][] = [
        () => Promise.reject(new Error('no image')),
        async () => broken(),
      ]
      for (const image of images) {
        const outcome = await outcomeOf(writer.suggest(sampleRequest({ image }), never))
        assert.notEqual(outcome, 'waiting')
      }
    },
  },
]

async function outcomeOf(work: Promise<unknown>): Promise<'answered' | 'failed' | 'waiting'> {
  const settled = work.then(
    () => 'answered' as const,
    () => 'failed' as const,
  )
  const timer = new AbortController()
  const late = wait(patienceMillis, 'waiting' as const, { signal: timer.signal, ref: false })
  try {
    return await Promise.race([settled, late.catch(() => 'waiting' as const)])
  } finally {
    timer.abort()
  }
}

/** Emits a chunk and then neither another one nor an end. */
async function* endless(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('RIFF')
  await new Promise(() => {})
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('RIFF')
  throw new Error('cut off')
}
