import assert from 'node:assert/strict'
import type { CaptionAnswer, CaptionRequest, CaptionWriter, ImageMeasures } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { never } from '../never.ts'
import { race } from '../race.ts'
import { sampleRequest } from './request.ts'

/** What a response promises. */
export const answeringCases: readonly Case<CaptionWriter>[] = [
  {
    id: 'captions/writer-name',
    title: 'a writer has a name, and its responses name the writer',
    async run(writer) {
      const answer = await writer.suggest(sampleRequest(), never)
      for (const name of [writer.name, answer.writer]) assert.match(name, /\S/)
    },
  },
  {
    id: 'captions/suggestion-count',
    title: 'a response has at least one suggestion and at most `count`, for each count from 1 to 5',
    async run(writer) {
      for (const count of [1, 2, 3, 4, 5]) await assertMany(writer, sampleRequest({ count }))
    },
  },
  {
    id: 'captions/suggestions-differ',
    title: 'the suggestions of a response are distinct, and none is empty',
    async run(writer) {
      const { suggestions } = await writer.suggest(sampleRequest({ count: 5 }), never)
      for (const text of suggestions) assert.match(text, /\S/)
      assert.equal(new Set(suggestions.map((text) => text.trim())).size, suggestions.length)
    },
  },
  {
    id: 'captions/suggestion-length',
    title: 'no suggestion has more than 2,200 characters, however long the hint is',
    async run(writer) {
      for (const hint of ['👩‍👩‍👧'.repeat(3000), 'lake '.repeat(5000), 'a'.repeat(300)]) {
        const { suggestions } = await writer.suggest(sampleRequest({ hint, count: 5 }), never)
        for (const text of suggestions) assert.ok(graphemes(text) <= 2200, `${graphemes(text)} characters`)
      }
    },
  },
  {
    id: 'captions/without-hint',
    title: 'a missing or empty hint works too',
    async run(writer) {
      for (const hint of [null, '', ' \n\t', '\u202e\u200b'])
        await assertMany(writer, sampleRequest({ hint }))
    },
  },
  {
    id: 'captions/any-language',
    title: 'a missing or unknown language works too',
    async run(writer) {
      for (const language of [null, 'de-AT', 'zh-Hant-TW', 'qaa', 'constructor'])
        await assertMany(writer, sampleRequest({ language }))
    },
  },
  {
    id: 'captions/any-measures',
    title: 'any measurements work',
    async run(writer) {
      const { measures } = sampleRequest()
      const odd: Partial<ImageMeasures>[] = [
        { palette: [], thumbhash: '', lightness: 0, saturation: 0, takenAt: null },
        { width: 1, height: 1, lightness: 1, saturation: 1 },
        { width: 40_000, height: 1, palette: ['#000000', '#ffffff', '#ff0000', '#00ff00', '#0000ff'] },
      ]
      for (const each of odd) await assertMany(writer, sampleRequest({ measures: { ...measures, ...each } }))
    },
  },
  {
    id: 'captions/usage-as-json',
    title: 'the usage of a response is valid JSON, with tokens if they were counted',
    async run(writer) {
      const { usage } = await writer.suggest(sampleRequest(), never)
      assert.deepEqual(JSON.parse(JSON.stringify(usage)), usage)
      if (usage === null) return
      assert.match(usage.model, /\S/)
      for (const tokens of [usage.inputTokens, usage.outputTokens, usage.cachedInputTokens])
        assert.ok(tokens === null || (Number.isInteger(tokens) && tokens >= 0), `${tokens} tokens`)
    },
  },
  {
    id: 'captions/request-unchanged',
    title: 'the request is not changed, since another writer may get it next',
    async run(writer) {
      const request = sampleRequest({ hint: null })
      const { image, ...before } = request
      const copy = structuredClone(before)
      await writer.suggest(request, never)
      assert.deepEqual(request, { ...copy, image })
    },
  },
  {
    id: 'captions/parallel',
    title: 'of 10 parallel requests each gets its own response',
    async run(writer) {
      await race(10, (index) => assertMany(writer, sampleRequest({ count: 1 + (index % 5) })))
    },
  },
]

async function assertMany(writer: CaptionWriter, request: CaptionRequest): Promise<void> {
  const { suggestions }: CaptionAnswer = await writer.suggest(request, never)
  assert.ok(suggestions.length >= 1, 'there is no suggestion')
  assert.ok(suggestions.length <= request.count, `${suggestions.length} instead of ${request.count}`)
}

function graphemes(text: string): number {
  return [...new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)].length
}
