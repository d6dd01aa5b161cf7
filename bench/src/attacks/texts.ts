import { createKith, createSketchCaptions } from '@kith/core'
import { cleanSuggestions } from '@kith/core/adapter'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { leastMillis, textFields, worstTexts } from '../../../packages/http/test/text-fields.ts'

/** Sends the most expensive strings to every string field of every route, and to the cleaning of model output: each takes less than 5 ms. */
const kith = createKith({
  secret: 'a secret of the benchmark, 32 characters',
  storage: createMemoryStorage(),
  posts: { textOnly: true },
  media: { blobs: createMemoryBlobs() },
  captions: createSketchCaptions(),
})

const costs: { place: string; text: string; millis: number }[] = []
for (const { name, maxLength, read } of textFields(kith)) {
  for (const length of new Set([maxLength ?? 1_000, 20_000])) {
    for (const [text, make] of Object.entries(worstTexts)) {
      const worst = make(length)
      const millis = leastMillis(() => read(worst))
      costs.push({ place: `${name}, ${length} units`, text, millis })
    }
  }
}
for (const [text, make] of Object.entries(worstTexts)) {
  const worst = make(40_000)
  const millis = leastMillis(() => void cleanSuggestions([worst], 5))
  costs.push({ place: 'what a model says, 40,000 units', text, millis })
}
const many = Array.from({ length: 1_000_000 }, (_, index) => `text ${index}`)
const millis = leastMillis(() => void cleanSuggestions(many, 5))
costs.push({ place: 'what a model says, 1,000,000 suggestions', text: 'short', millis })

costs.sort((one, other) => other.millis - one.millis)
console.log(`${costs.length} texts; the ten that cost most, in ms of the processor:`)
for (const { place, text, millis } of costs.slice(0, 10)) {
  console.log(`${millis.toFixed(1).padStart(9)}  ${place}: ${text}`)
}
if ((costs[0]?.millis ?? 0) >= 5) process.exitCode = 1
