import type { Kith } from '@kith/core'
import { parseInput } from '@kith/core/adapter'
import { z } from 'zod'
import { createKithHttp } from '@kith/http'

/** A string field in the input of a route. */
export interface TextField {
  /** Such as `createPost media.0.alt`. */
  name: string
  maxLength: number | null
  /** Parses an input with this string in this field, as the route does, and ignores the result. */
  read(text: string): void
}

interface JsonSchema {
  type?: string
  maxLength?: number
  maxItems?: number
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
}

/** Every string field in the bodies and queries of all routes, found in their schemas. */
export function textFields(kith: Kith): TextField[] {
  return createKithHttp(kith).routes.flatMap(({ operationId, body, query }) =>
    [body, query].flatMap((schema) => (schema ? fieldsOf(operationId, schema) : [])),
  )
}

function fieldsOf(operationId: string, schema: z.ZodType): TextField[] {
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  return [...placesIn(described, [])].map(({ path, maxLength, times }) => ({
    name: `${operationId} ${path.join('.')}`,
    maxLength,
    read(text) {
      try {
        parseInput(schema, build(path, text, times))
      } catch {
        // A refusal may cost what it costs.
      }
    },
  }))
}

interface Place {
  path: string[]
  maxLength: number | null
  /** How often the string may occur in one array. */
  times: number
}

function* placesIn(schema: JsonSchema, path: string[], times = 1): Generator<Place> {
  if (schema.type === 'string') yield { path, maxLength: schema.maxLength ?? null, times }
  for (const part of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]) {
    yield* placesIn(part, path, times)
  }
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    yield* placesIn(part, [...path, name], times)
  }
  if (schema.items) yield* placesIn(schema.items, [...path, '0'], schema.maxItems ?? 1)
}

function build([name, ...rest]: string[], text: string, times: number): unknown {
  if (name === undefined) return text
  if (name !== '0') return { [name]: build(rest, text, times) }
  return Array.from({ length: times }, () => build(rest, text, 1))
}

/** Strings that have made some parser slow, for any length. */
export const worstTexts: Readonly<Record<string, (length: number) => string>> = Object.freeze({
  'alternating marks': (length) => filled(`\u0301\u0323`, length, 'a'),
  'blocks of marks': (length) =>
    `a${'\u0301'.repeat(length / 2)}${'\u0323'.repeat(length / 2)}`.slice(0, length),
  'marks of all classes': (length) => filled('\u0301\u0323\u05b0\u3099\u0345\u0334', length, 'a'),
  'marks up to the limit': (length) => filled(`a${'\u0301\u0323'.repeat(15)}`, length),
  'marks that expand': (length) => filled(`a${'\u0344\u0323'.repeat(15)}`, length),
  'half-width marks': (length) => filled('\uff9e\u0301', length, '\uff76'),
  'joined emoji': (length) => filled('👩\u200d', length),
  joiners: (length) => filled('\u200d', length),
  'halves of flags': (length) => filled('🇦', length),
  tags: (length) => filled('\u{E0061}', length, '\u{1F3F4}'),
  'variation selectors': (length) => filled('\ufe0f', length, '❤'),
  'one character that becomes eighteen': (length) => filled('\ufdfa', length),
  'letters that decompose': (length) => filled('\u0958\ufb2c\u{1D160}', length),
  syllables: (length) => filled('\u1100\u1161\u11a8', length),
  'leading consonants': (length) => filled('\u1100', length),
  'halves of characters': (length) => filled('\ud83d', length),
  'nothing but NUL': (length) => filled('\0', length),
  blanks: (length) => `${filled(' ', length - 1)}x`,
  'spaces of all kinds': (length) => filled('\u3000\u00a0\u2003', length),
  'line ends': (length) => filled('\r\n', length),
  'direction controls': (length) => filled('\u2067', length),
  'isolates, one per line': (length) => filled('\u2067\u2069\n', length),
  brackets: (length) => filled('[{"a":', length),
  'dotted domain': (length) => filled('a.', length, 'a@'),
  'at signs': (length) => filled('@', length),
  hyphens: (length) => filled('a-', length, 'en-'),
  'Persian with joiners': (length) => filled('\u0645\u200c', length),
  'look-alikes': (length) => filled('rnvvcl', length),
  'names of operators': (length) => filled('staffsystemadmi', length),
  'dotted İ': (length) => filled('\u0130', length),
  digits: (length) => filled('0123456789', length),
  'one letter': (length) => filled('l', length),
  'every other letter': (length) => filled('a!', length),
})

function filled(unit: string, length: number, start: string = ''): string {
  return (start + unit.repeat(Math.ceil(length / unit.length))).slice(0, length)
}

/**
 * The least CPU time that some work took in several runs, in milliseconds, without the overhead of a busy machine. All threads of
 * the process count, including those that compile and collect garbage, so a few runs are not enough. A result below `enough` ends the
 * measurement.
 */
export function leastMillis(
  work: () => void,
  { times = 20, enough = 0 }: { times?: number; enough?: number } = {},
): number {
  let least = Infinity
  for (let time = 0; time < times && least >= enough; time++) {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

const allowedMillis = 5

/** What a string costs if that is at least 5 ms, and at least 40 times the cost of as many letters on a slow machine; otherwise 0. */
export function excessMillis(work: () => void, letters: () => void): number {
  const cost = leastMillis(work, { enough: allowedMillis })
  return cost < allowedMillis || cost < 40 * leastMillis(letters) ? 0 : cost
}
