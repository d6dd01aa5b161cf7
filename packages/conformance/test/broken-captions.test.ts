import { setImmediate as gap } from 'node:timers/promises'
import { createSketchCaptions } from '@kith/core'
import type { CaptionAnswer, CaptionRequest, CaptionWriter } from '@kith/core/ports'
import { captionWriterCases } from '../src/index.ts'
import { type Broken, testFlaws } from '../../../test/flaws.ts'

type Breaking = Broken<CaptionWriter>['breaking']

/** Changes an answer. */
function answering(
  change: (answer: CaptionAnswer, request: CaptionRequest) => Partial<CaptionAnswer>,
): Breaking {
  return ({ suggest }) => ({
    async suggest(request, signal) {
      const answer = await suggest(request, signal)
      return { ...answer, ...change(answer, request) }
    },
  })
}

/** Changes what is asked before it is answered. */
function asking(change: (request: CaptionRequest) => Partial<CaptionRequest>): Breaking {
  return ({ suggest }) => ({
    suggest: async (request, signal) => suggest({ ...request, ...change(request) }, signal),
  })
}

/** Looks at the image before it answers. */
function looking(look: (request: CaptionRequest, signal: AbortSignal) => Promise<void>): Breaking {
  return ({ suggest }) => ({
    async suggest(request, signal) {
      await look(request, signal)
      return await suggest(request, signal)
    },
  })
}

async function read({ image }: CaptionRequest): Promise<number> {
  let size = 0
  for await (const part of await image()) size += part.length
  return size
}

const usage = { model: 'llava', inputTokens: 10, outputTokens: null, cachedInputTokens: null }

const answeringFlaws: readonly Broken<CaptionWriter>[] = [
  {
    flaw: 'has no name',
    breaking: () => ({ name: '' }),
    fails: ['captions/writer-name'],
  },
  {
    flaw: 'does not say who wrote',
    breaking: answering(() => ({ writer: ' ' })),
    fails: ['captions/writer-name'],
  },
  {
    flaw: 'answers five where four were asked for',
    breaking: asking(({ count }) => ({ count: count === 4 ? 5 : count })),
    fails: ['captions/suggestion-count', 'captions/parallel'],
  },
  {
    flaw: 'answers nothing where one was asked for',
    breaking: answering(({ suggestions }, { count }) => ({ suggestions: count === 1 ? [] : suggestions })),
    fails: ['captions/suggestion-count', 'captions/parallel'],
  },
  {
    flaw: 'says the same twice',
    breaking: answering(({ suggestions: [first = '', , ...rest] }) => ({
      suggestions: [first, `${first} `, ...rest],
    })),
    fails: ['captions/suggestion-count', 'captions/suggestions-differ', 'captions/parallel'],
  },
  {
    flaw: 'ends with an empty line',
    breaking: answering(({ suggestions }) => ({ suggestions: [...suggestions.slice(0, -1), '\n'] })),
    fails: ['captions/suggestions-differ'],
  },
  {
    flaw: 'says all of the hint',
    breaking: answering(({ suggestions: [first = '', ...rest] }, { hint }) => ({
      suggestions: [`${hint ?? ''} ${first}`, ...rest],
    })),
    fails: ['captions/suggestion-length'],
  },
  {
    flaw: 'needs a hint',
    breaking: looking(async ({ hint }) => {
      if (hint === null || hint.trim() === '') throw new Error('The prompt is empty')
    }),
    fails: ['captions/without-hint', 'captions/request-unchanged'],
  },
  {
    flaw: 'needs a language that it knows',
    breaking: looking(async ({ language }) => {
      if (!/^(en|de)/.test(language ?? '')) throw new RangeError(`Incorrect locale: ${language}`)
    }),
    fails: ['captions/any-language'],
  },
  {
    flaw: 'needs a main colour',
    breaking: answering(({ suggestions }, { measures }) => ({
      suggestions: measures.palette.length > 0 ? suggestions : [],
    })),
    fails: ['captions/any-measures'],
  },
  {
    flaw: 'tells tokens as a text',
    breaking: answering(() => ({ usage: { ...usage, inputTokens: '10' as unknown as number } })),
    fails: ['captions/usage-as-json'],
  },
  {
    flaw: 'tells what it took with a function in it',
    breaking: answering(() => ({ usage: { ...usage, toString: () => 'ten' } })),
    fails: ['captions/usage-as-json'],
  },
  {
    flaw: 'does not tell the model that took something',
    breaking: answering(() => ({ usage: { ...usage, model: '' } })),
    fails: ['captions/usage-as-json'],
  },
  {
    flaw: 'sorts the palette that it was given',
    breaking: looking(async ({ measures }) => void measures.palette.reverse()),
    fails: ['captions/request-unchanged'],
  },
  {
    flaw: 'mixes up two requests at once',
    breaking({ suggest }) {
      let latest: CaptionRequest | null = null
      return {
        async suggest(request, signal) {
          latest = request
          await gap()
          return await suggest(latest, signal)
        },
      }
    },
    fails: ['captions/parallel'],
  },
]

const stoppingFlaws: readonly Broken<CaptionWriter>[] = [
  {
    flaw: 'does not listen to its signal',
    breaking: ({ suggest }) => ({ suggest: (request) => suggest(request, new AbortController().signal) }),
    fails: ['captions/aborted-before'],
  },
  {
    flaw: 'reads the image to its end, whatever its signal says',
    breaking: looking(async (request) => void (await read(request).catch(() => 0))),
    fails: ['captions/aborted-while-reading'],
  },
  {
    flaw: 'answers without the image when it is stopped',
    breaking: ({ suggest }) => ({
      async suggest(request, signal) {
        const isAborted = signal.aborted
        const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve))
        await Promise.race([read(request).catch(() => 0), stopped])
        return await suggest(request, isAborted ? signal : new AbortController().signal)
      },
    }),
    fails: ['captions/aborted-while-reading'],
  },
  {
    flaw: 'waits for an image that cannot be read',
    breaking: looking(async (request, signal) => {
      const aborted = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      )
      await Promise.race([read(request).catch(() => new Promise(() => {})), aborted])
    }),
    fails: ['captions/unreadable-image'],
  },
]

testFlaws(captionWriterCases, createSketchCaptions, [...answeringFlaws, ...stoppingFlaws])
