import { absent, answerPlaces, argumentPlaces, type SeenPlace } from './places.ts'
import { isRecord, isSame, keyOf, type Mutant, type Mutator, type SeenCall } from './verb.ts'

/** Makes a mutant that answers otherwise than the sound verb. */
const answering = (name: string, change: (answer: unknown) => unknown): Mutant => ({
  name,
  make:
    ({ sound, deviates }) =>
    async (...args) => {
      const answer = await sound(...args)
      const changed = change(answer)
      if (!isSame(answer, changed)) deviates()
      return changed
    },
})

/** Makes a mutant that calls the sound verb with something else. */
const calling = (name: string, change: (args: unknown[]) => unknown[]): Mutant => ({
  name,
  make:
    ({ sound, deviates }) =>
    (...args) => {
      const changed = change(args)
      if (!isSame(args, changed)) deviates()
      return sound(...changed)
    },
})

/** Answers as if it had written, and has not. */
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

/** Calls that overlap are all told what the first one is told. */
const losesARace: Mutator = ({ reads }) =>
  reads
    ? []
    : [
        {
          name: 'tells all callers of a moment what it tells the first',
          make({ sound, deviates }) {
            let first: Promise<unknown> | null = null
            return async (...args) => {
              const own = sound(...args)
              first ??= own.finally(() => setImmediate(() => (first = null)))
              const [mine, told] = [await own, await first]
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
  if (typeof some === 'function') return [['left out', undefined]]
  if (isRecord(some) || Array.isArray(some)) return []
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

function kindOf(answer: unknown): unknown {
  return isRecord(answer) ? (answer['outcome'] ?? answer['rotated'] ?? answer['removed']) : answer
}

const happy = new Set<unknown>(['created', 'updated', 'added', 'attached', 'already', true])

/** Whether a verb that writes has said no. */
function isRefusal({ answer }: Pick<SeenCall, 'answer'>): boolean {
  const kind = kindOf(answer)
  return kind === false || kind === null || kind === 0 || (typeof kind === 'string' && !happy.has(kind))
}

/** Answers something else than it found or did. */
const answersWrong: Mutator = ({ calls }) => {
  const places = answerPlaces(calls)
  const answers = calls.filter(({ rejected }) => !rejected).map(({ answer }) => answer)
  return [...places.flatMap(wrongAt), ...swapped(answers)]
}

function wrongAt(place: SeenPlace): Mutant[] {
  const at = place.name || 'the answer'
  const change = (how: string, work: (value: unknown) => unknown): Mutant =>
    answering(`${at} ${how}`, (answer) => place.set(answer, work))
  const some = place.values.find((value) => value !== null)
  const mutants: Mutant[] = []
  if (Array.isArray(some)) {
    const lists = place.values.filter(Array.isArray)
    const longest = Math.max(...lists.map(({ length }) => length))
    const onList = (how: string, work: (list: unknown[]) => unknown[]): Mutant =>
      change(how, (value) => (Array.isArray(value) ? work(value) : value))
    if (longest > 0)
      mutants.push(
        onList('misses its last', (list) => list.slice(0, -1)),
        onList('misses its first', (list) => list.slice(1)),
        onList('has its first twice', (list) => [...list.slice(0, 1), ...list]),
      )
    if (longest > 1) mutants.push(onList('is the other way round', (list) => list.toReversed()))
    return mutants
  }
  if (some === undefined || isRecord(some))
    return place.values.includes(null) && some !== undefined ? [change('is always null', () => null)] : []
  if (typeof some === 'boolean') return [change('is the opposite', (value) => !value)]
  if (typeof some === 'number')
    return [
      change('is one more', (value) => (typeof value === 'number' ? value + 1 : value)),
      change('is always 0', (value) => (typeof value === 'number' ? 0 : value)),
    ]
  if (some instanceof Date)
    return [
      change('loses its milliseconds', (value) =>
        value instanceof Date ? new Date(Math.floor(value.getTime() / 1000) * 1000) : value,
      ),
      ...(place.values.includes(null) ? [change('is always null', () => null)] : []),
    ]
  if (place.name.endsWith('.outcome')) return []
  return [change('is another text', (value) => (typeof value === 'string' ? `${value} ` : value))]
}

/** Answers one outcome where another is true. */
function swapped(answers: readonly unknown[]): Mutant[] {
  const byKind = new Map<unknown, unknown>()
  for (const answer of answers)
    if (isRecord(answer) && 'outcome' in answer) byKind.set(answer['outcome'], answer)
  return [...byKind].flatMap(([kind]) =>
    [...byKind]
      .filter(([other]) => other !== kind)
      .map(([other, instead]) =>
        answering(`says ${String(other)} for ${String(kind)}`, (answer) =>
          kindOf(answer) === kind ? instead : answer,
        ),
      ),
  )
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

/** Answers what it answered before to the same question. */
const answersStale: Mutator = ({ reads }) =>
  reads
    ? [
        {
          name: 'answers what it answered before',
          make({ sound, deviates }) {
            const cache = new Map<string, unknown>()
            return async (...args) => {
              const [key, answer] = [keyOf(args), await sound(...args)]
              if (!cache.has(key)) cache.set(key, structuredClone(answer))
              if (!isSame(answer, cache.get(key))) deviates()
              return structuredClone(cache.get(key))
            }
          },
        },
      ]
    : []

/** Hands out one object for all who ask: what one caller changes the next one sees. */
const sharesItsAnswers: Mutator = ({ reads }) =>
  reads
    ? [
        {
          name: 'shares its answers',
          make({ sound, deviates }) {
            const shared = new Map<string, unknown>()
            const share = (value: unknown): unknown => {
              if (Array.isArray(value)) return value.map(share)
              if (!isRecord(value) || !('id' in value)) return value
              const key = keyOf(value)
              if (shared.has(key)) deviates()
              else shared.set(key, value)
              return shared.get(key)
            }
            return async (...args) => share(await sound(...args))
          },
        },
      ]
    : []

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
              const answer = await sound(...args)
              await sound(...args).catch(() => {})
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

/** All kinds of mistakes. */
export const mutators: readonly Mutator[] = [
  dropsTheWrite,
  writesLate,
  losesARace,
  forgets,
  ignoresTheGuard,
  answersWrong,
  offByOne,
  repeatsTheCursor,
  answersStale,
  sharesItsAnswers,
  doesItTwice,
  swallowsErrors,
]
