import { setImmediate as gap } from 'node:timers/promises'
import { answerPlaces, argumentPlaces, type SeenPlace } from './places.ts'
import { Replay } from './streams.ts'
import { isSame, isStream, keyOf, type Stream } from './values.ts'
import { type Mutant, type Mutator, whenAnswered } from './verb.ts'

/** Passes on a stream, and something else than it gives. */
type Spoiling = (stream: Stream, deviates: () => void) => AsyncGenerator<Uint8Array>

const isOfStreams = ({ values }: SeenPlace): boolean => values.some(isStream)

/** All but the last chunk; with `error`, which is thrown in its place. */
async function* withoutLast(stream: Stream, deviates: () => void, error?: Error): AsyncGenerator<Uint8Array> {
  let last: Uint8Array | null = null
  for await (const chunk of stream) {
    if (last) yield last
    last = Uint8Array.from(chunk)
  }
  if (!last?.length) return
  deviates()
  if (error) throw error
}

/** Each chunk as it is changed. */
async function* changed(
  stream: Stream,
  change: (chunk: Uint8Array, index: number) => Uint8Array[],
): AsyncGenerator<Uint8Array> {
  let index = 0
  for await (const chunk of stream) yield* change(chunk, index++)
}

const spoilings: readonly (readonly [how: string, spoil: Spoiling])[] = [
  ['loses its last chunk', withoutLast],
  ['fails before its last chunk', (stream, deviates) => withoutLast(stream, deviates, new Error('cut off'))],
  [
    'has its first chunk twice',
    (stream, deviates) =>
      changed(stream, (chunk, index) => {
        if (index > 0 || chunk.length === 0) return [chunk]
        deviates()
        return [Uint8Array.from(chunk), chunk]
      }),
  ],
  [
    'has other bits',
    (stream, deviates) =>
      changed(stream, (chunk) => {
        if (chunk.length > 0) deviates()
        return [Uint8Array.from(chunk, (byte, at) => (at === chunk.length - 1 ? byte ^ 1 : byte))]
      }),
  ],
  [
    'ends at an empty chunk',
    async function* (stream, deviates) {
      for await (const chunk of stream) {
        if (chunk.length === 0) return deviates()
        yield chunk
      }
    },
  ],
  [
    'ends where it should fail',
    async function* (stream, deviates) {
      try {
        yield* stream
      } catch {
        deviates()
      }
    },
  ],
  [
    'is read into memory that is used again',
    async function* (stream, deviates) {
      const chunks: Uint8Array[] = []
      let sound = Buffer.alloc(0)
      for await (const chunk of stream) {
        chunks.push(chunk)
        sound = Buffer.concat([sound, chunk])
      }
      if (!Buffer.concat(chunks).equals(sound)) deviates()
      yield* chunks
    },
  ],
]

/** Passes on other bytes than it is given, or answers others than it has. */
export const spoilsStreams: Mutator = ({ calls }) => [
  ...argumentPlaces(calls)
    .filter(isOfStreams)
    .flatMap((place) => spoilings.map(([how, spoil]) => spoiled(place, how, { spoil, of: 'argument' }))),
  ...answerPlaces(calls)
    .filter(isOfStreams)
    .flatMap((place) => spoilings.map(([how, spoil]) => spoiled(place, how, { spoil, of: 'answer' }))),
]

function spoiled(
  place: SeenPlace,
  how: string,
  { spoil, of }: { spoil: Spoiling; of: 'argument' | 'answer' },
): Mutant {
  return {
    name: `${place.name || 'the answer'} ${how}`,
    make: ({ sound, deviates }) => {
      const change = (root: unknown): unknown =>
        place.set(root, (value) => (isStream(value) ? spoil(value, deviates) : value))
      return of === 'argument'
        ? (...args) => sound(...(change(args) as unknown[]))
        : (...args) => whenAnswered(sound(...args), change)
    },
  }
}

/** Goes on with what it has of a stream before it has all of it. */
const writesAsItComes: Mutator = ({ reads, calls }) =>
  (reads ? [] : argumentPlaces(calls).filter(isOfStreams)).map((place) => ({
    name: `${place.name} is written as it comes`,
    make:
      ({ sound, deviates }) =>
      async (...args) => {
        const so = new Replay()
        const given = place.get(args)
        for await (const chunk of isStream(given) ? given : []) {
          so.chunks.push(Uint8Array.from(chunk))
          deviates()
          await sound(...(place.set(args, () => so) as unknown[])).catch(() => {})
        }
        return await sound(...(place.set(args, () => so) as unknown[]))
      },
  }))

/** Writes what comes at the same time into one file. */
const mixesStreams: Mutator = ({ reads, calls }) =>
  (reads ? [] : argumentPlaces(calls).filter(isOfStreams)).map((place) => ({
    name: `${place.name} is mixed with others`,
    make({ sound, deviates }) {
      const open = new Map<string, Replay>()
      return async (...args) => {
        const [given, own] = [place.get(args), new Replay()]
        const key = keyOf(args[0])
        const file = open.get(key) ?? new Replay()
        open.set(key, file)
        try {
          for await (const chunk of isStream(given) ? given : [])
            for (const { chunks } of [own, file]) chunks.push(Uint8Array.from(chunk))
        } finally {
          open.delete(key)
        }
        if (!isSame(own.chunks.length, file.chunks.length)) deviates()
        return await sound(...(place.set(args, () => file) as unknown[]))
      }
    },
  }))

/** Gives those who ask the same at the same time one stream to read. */
const sharesStreams: Mutator = ({ calls }) =>
  answerPlaces(calls)
    .filter(isOfStreams)
    .map((place) => ({
      name: `${place.name || 'the answer'} is one for all readers of a moment`,
      make({ sound, deviates }) {
        const open = new Map<string, unknown>()
        return async (...args) => {
          const [key, answer] = [keyOf(args), await sound(...args)]
          if (!isStream(place.get(answer))) return answer
          if (open.has(key)) deviates()
          else {
            open.set(key, place.get(answer))
            void gap().then(() => open.delete(key))
          }
          return place.set(answer, () => open.get(key))
        }
      },
    }))

/** Gives the second reader of a stream nothing. */
const readsOnce: Mutator = ({ calls }) =>
  answerPlaces(calls)
    .filter(isOfStreams)
    .map((place) => ({
      name: `${place.name || 'the answer'} can be read once`,
      make({ sound, deviates }) {
        const read = new Set<string>()
        return async (...args) => {
          const [key, answer] = [keyOf(args), await sound(...args)]
          return place.set(answer, (value) => {
            if (!isStream(value) || read.size !== read.add(key).size) return value
            deviates()
            return new Replay()
          })
        }
      },
    }))

/** Waits for what was broken off. */
export const waitsForEver: Mutator = ({ calls }) =>
  answerPlaces(calls)
    .filter(isOfStreams)
    .map((place) =>
      spoiled(place, 'never ends where it should fail', {
        of: 'answer',
        spoil: async function* (stream, deviates) {
          try {
            yield* stream
          } catch {
            deviates()
            await new Promise(() => {})
          }
        },
      }),
    )

/** Continues after it was asked to stop. */
const ignoresSignals: Mutator = ({ calls }) =>
  argumentPlaces(calls)
    .filter(({ values }) => values.some((value) => value instanceof AbortSignal))
    .map((place) => ({
      name: `${place.name} is not listened to`,
      make:
        ({ sound, deviates }) =>
        (...args) => {
          const signal = place.get(args)
          if (!(signal instanceof AbortSignal)) return sound(...args)
          if (signal.aborted) deviates()
          signal.addEventListener('abort', deviates)
          return sound(...(place.set(args, () => new AbortController().signal) as unknown[]))
        },
    }))

/** Mistakes in what is read and written in chunks, and in when that stops. */
export const streamMutators: readonly Mutator[] = [
  spoilsStreams,
  writesAsItComes,
  mixesStreams,
  sharesStreams,
  readsOnce,
  ignoresSignals,
]
