import { createKith, createSketchCaptions, type Kith } from '@kith/core'
import { cleanSuggestions } from '@kith/core/adapter'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createKithHttp } from '@kith/http'
import { leastMillis, type TextField, textFields, worstTexts } from './text-fields.ts'

function makeKith(): Kith {
  return createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    posts: { textOnly: true },
    media: { blobs: createMemoryBlobs() },
    captions: createSketchCaptions(),
    passwords: { memoryKiB: 8, iterations: 1, forbiddenWords: ['Sunny Meadow'] },
    logger: { warn: () => {}, error: () => {} },
  })
}

/** What the worst text may cost: 5 ms, or on a slow machine twenty times what as many letters cost there. */
function boundOf(letters: number): number {
  return Math.max(5, 20 * letters)
}

const fields = textFields(makeKith())

test('the fields of all routes are found', () => {
  const names = fields.map(({ name }) => name)
  for (const name of [
    'register username',
    'register deviceName',
    'login login',
    'editMe bio',
    'changePassword newPassword',
    'createPost caption',
    'createPost media.0',
    'createPost media.0.alt',
    'editPost caption',
    'suggestCaptions hint',
    'listSessions cursor',
  ])
    expect(names).toContain(name)
})

test.each(fields.map((field) => [field.name, field] as const))(
  '%s: its worst text costs less than 5 ms',
  (_name, field: TextField) => {
    // As long as the field allows, and as long as a body allows.
    for (const length of new Set([field.maxLength ?? 1_000, 20_000, 60_000])) {
      const bound = boundOf(leastMillis(() => field.read('a'.repeat(length))))
      for (const [kind, make] of Object.entries(worstTexts)) {
        const text = make(length)
        expect(
          leastMillis(() => field.read(text)),
          `${kind}, ${length}`,
        ).toBeLessThan(bound)
      }
    }
  },
)

test('a text that costs too much would be seen', () => {
  const text = worstTexts['alternating marks']?.(20_000) ?? ''
  const bound = boundOf(leastMillis(() => void 'a'.repeat(20_000).normalize('NFC')))
  expect(leastMillis(() => void text.normalize('NFC'), 2)).toBeGreaterThan(bound)
})

test('what a model says costs less than 5 ms a text, whatever it says', () => {
  for (const [kind, make] of Object.entries(worstTexts)) {
    for (const length of [20_000, 40_000, 1_000_000]) {
      const letters = leastMillis(() => void cleanSuggestions(['a'.repeat(length)], 5))
      const text = make(length)
      const cost = leastMillis(() => void cleanSuggestions([text], 5))
      expect(cost, `${kind}, ${length}`).toBeLessThan(boundOf(letters))
    }
  }
})

test('a parameter of a path and a User-Agent cost less than 5 ms more than plain ones', async () => {
  const { handle, routes } = createKithHttp(makeKith())
  const paths = routes.filter(({ method, path }) => method === 'GET' && path.includes('/:'))
  expect(paths.length).toBeGreaterThan(3)
  for (const { path } of paths) {
    const ask = async (text: string, userAgent: string): Promise<number> => {
      let least = Infinity
      for (let time = 0; time < 5; time++) {
        const before = process.cpuUsage()
        const address = `http://localhost/api/v1${path.replace(/:\w+/g, () => encodeURIComponent(text))}`
        await (await handle(new Request(address, { headers: { 'user-agent': userAgent } }))).text()
        const { user, system } = process.cpuUsage(before)
        least = Math.min(least, (user + system) / 1000)
      }
      return least
    }
    const plain = await ask('a'.repeat(2_000), 'a'.repeat(8_000))
    for (const [kind, make] of Object.entries(worstTexts)) {
      const text = make(2_000).toWellFormed()
      const cost = await ask(text, 'Mozilla/5.0 (('.repeat(500))
      expect(cost, `${path} ${kind}`).toBeLessThan(5 + 5 * plain)
    }
  }
})
