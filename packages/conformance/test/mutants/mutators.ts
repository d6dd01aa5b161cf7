import { answerMutators, answersWrong, kindOf } from './answer-mutators.ts'
import { callMutators } from './call-mutators.ts'
import { absent, answerPlaces, argumentPlaces, type SeenPlace } from './places.ts'
import { spoilsStreams, streamMutators, waitsForEver } from './stream-mutators.ts'
import { copyOf, held } from './streams.ts'
import { isRecord, isSame, isStream, keyOf } from './values.ts'
import {
  answering,
  calling,
  type Mutant,
  type Mutator,
  type SeenCall,
  SeenCallback,
  type Verb,
} from './verb.ts'

/** Returns as if it had written, and has not. */
const dropsTheWrite: Mutator = ({ reads }) =>
  reads
    ? []
    : [
        {
          name: 'drops the write',
          needsTwin: true,
          make:
            ({ twin, deviates }) =>
            (...args) => {
              deviates()
              return twin(...args)
            },
        },
      ]

/** Answers before it has written. */
const writesLate: Mutator = ({ reads }) =>
  reads
    ? []
    : [
        {
          name: 'writes after it has answered',
          needsTwin: true,
          make:
            ({ sound, twin, deviates }) =>
            async (...args) => {
              deviates()
              const answer = await twin(...args)
              setImmediate(() => void sound(...args).catch(() => {}))
              return answer
            },
        },
      ]

/** Calls that overlap all get the result of the first one. */
const losesARace: Mutator = () => [
  {
    name: 'tells all callers of a moment what it tells the first',
    make({ sound, deviates }) {
      let first: Promise<unknown> | null = null
      return async (...args) => {
        const own = sound(...args)
        const current = (first ??= own.finally(() => setImmediate(() => (first = null))))
        current.catch(() => {})
        const [mine, told] = [await own, await current]
        if (!isSame(mine, told)) deviates()
        return told
      }
    },
  },
]

/** Forgets what it is given at one place: a field that is not stored, an argument that is not looked at. */
const forgets: Mutator = ({ calls }) =>
  argumentPlaces(calls).flatMap((place) =>
    othersFor(place).map(([how, value]) =>
      calling(`${place.name} ${how}`, (args) => place.set(args, () => value) as unknown[]),
    ),
  )

/** What may stand at a place instead. */
function othersFor({ values, isOptional }: SeenPlace): [how: string, value: unknown][] {
  const some = values.find((value) => value !== null)
  if (isOptional) return [['left out', absent]]
  if (some instanceof SeenCallback) return [['left out', undefined]]
  if (isRecord(some)) return values.includes(null) ? [['forgotten', null]] : []
  if (typeof some === 'boolean')
    return [
      ['taken for true', true],
      ['taken for false', false],
    ]
  if (some instanceof Date)
    return values.includes(null)
      ? [['forgotten', null]]
      : [
          ['taken for long ago', new Date(0)],
          ['taken for far ahead', new Date(4e12)],
        ]
  if (typeof some === 'number')
    return [
      ['taken for 1', 1],
      ['taken for a million', 1e6],
    ]
  if (typeof some !== 'string') return []
  return values.includes(null)
    ? [['forgotten', null]]
    : [
        ['taken for another', 'another'],
        ['taken for the first', values[0]],
      ]
}

/** Does what it should refuse, by looking away from one argument: whatever makes the call succeed is taken for it. */
const ignoresTheGuard: Mutator = ({ reads, calls }) => {
  if (reads) return []
  const refusals = new Set(calls.filter(isRefusal).map(({ answer }) => keyOf(kindOf(answer))))
  if (refusals.size === 0 || calls.every(isRefusal)) return []
  return argumentPlaces(calls)
    .filter(({ values }) =>
      values.some((value) => ['string', 'number'].includes(typeof value) || value instanceof Date),
    )
    .map((place) => ({
      name: `${place.name} is no condition`,
      needsKnown: true,
      make:
        ({ sound, known, deviates }) =>
        async (...args) => {
          const answer = await sound(...args)
          if (!isRefusal({ answer })) return answer
          const own = place.get(args)
          for (const value of known().filter(
            (each) => typeof each === typeof own && each instanceof Date === own instanceof Date,
          )) {
            const other = await sound(...(place.set(args, () => value) as unknown[]))
            if (isRefusal({ answer: other })) continue
            deviates()
            return other
          }
          return answer
        },
    }))
}

const happy = new Set<unknown>([
  'created',
  'updated',
  'added',
  'attached',
  'already',
  'removed',
  'consumed',
  true,
])

/** Whether a verb that writes has said no. */
function isRefusal({ answer }: Pick<SeenCall, 'answer'>): boolean {
  const kind = kindOf(answer)
  return kind === false || kind === null || kind === 0 || (typeof kind === 'string' && !happy.has(kind))
}

/** Is off by one in what is asked of it: a page, a batch. */
const offByOne: Mutator = ({ calls }) =>
  argumentPlaces(calls)
    .filter(({ values }) => values.every((value) => typeof value === 'number'))
    .flatMap((place) =>
      [1, -1].map((step) =>
        calling(
          `${place.name} is ${step > 0 ? 'one more' : 'one less'}`,
          (args) => place.set(args, (value) => Number(value) + step) as unknown[],
        ),
      ),
    )

/** Begins a page with the row that it should go on behind. */
const repeatsTheCursor: Mutator = ({ name, calls }) =>
  argumentPlaces(calls)
    .filter(
      (place) =>
        /(before|after)$/.test(place.name) && place.values.some((value) => typeof value === 'string'),
    )
    .map((place) =>
      calling(
        `${name} begins with its cursor`,
        (args) =>
          place.set(args, (value) =>
            typeof value === 'string' ? nextTo(value, place.name) : value,
          ) as unknown[],
      ),
    )

/** The id that sorts right behind one, or right before. */
function nextTo(id: string, name: string): string {
  return name.endsWith('before')
    ? `${id}~`
    : id.slice(0, -1) + String.fromCharCode(id.charCodeAt(id.length - 1) - 1)
}

/** Does again what it did. */
const doesItTwice: Mutator = ({ reads }) =>
  reads
    ? []
    : [
        {
          name: 'does it twice',
          make:
            ({ sound, deviates }) =>
            async (...args) => {
              deviates()
              const kept = args.some(isStream) ? await held(args) : args
              const answer = await sound(...kept)
              await sound(...kept).catch(() => {})
              return answer
            },
        },
      ]

/** Takes what it should reject. */
const swallowsErrors: Mutator = ({ calls }) => {
  const sample = calls.find(({ rejected }) => !rejected)?.answer
  if (!calls.some(({ rejected }) => rejected)) return []
  return [
    {
      name: 'takes what it should reject',
      make:
        ({ sound, deviates }) =>
        (...args) =>
          sound(...args).catch(() => {
            deviates()
            return sample
          }),
    },
  ]
}

/** Misunderstands what a function says that it was given, or says something else to it. */
const mistreatsCallbacks: Mutator = ({ calls }) =>
  argumentPlaces(calls).flatMap((place) => {
    const seen = place.values.flatMap((value) => (value instanceof SeenCallback ? value.calls : []))
    const verb = { name: `${place.name}()`, reads: true, calls: seen }
    return [forgets, answersWrong, offByOne, spoilsStreams, waitsForEver]
      .flatMap((make) => make(verb))
      .map(({ name, make }) => ({
        name: `${verb.name} ${name}`,
        make:
          (soil) =>
          (...args) =>
            soil.sound(
              ...(place.set(args, (given) =>
                typeof given === 'function' ? make({ ...soil, sound: given as Verb }) : given,
              ) as unknown[]),
            ),
      }))
  })

/** All kinds of mistakes. */
export const mutators: readonly Mutator[] = [
  dropsTheWrite,
  writesLate,
  losesARace,
  forgets,
  ignoresTheGuard,
  offByOne,
  repeatsTheCursor,
  doesItTwice,
  swallowsErrors,
  mistreatsCallbacks,
  ...answerMutators,
  ...callMutators,
  ...streamMutators,
]
