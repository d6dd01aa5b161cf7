import { answerPlaces, type SeenPlace } from './places.ts'
import { copyOf, held } from './streams.ts'
import { isRecord, isSame, keyOf } from './values.ts'
import { answering, type Mutant, type Mutator, type Verb } from './verb.ts'

/** What a verb says of what came of it, where it says so. */
export function kindOf(answer: unknown): unknown {
  return isRecord(answer) ? (answer['outcome'] ?? answer['rotated'] ?? answer['removed']) : answer
}

/** Answers something else than it found or did. */
export const answersWrong: Mutator = ({ calls }) => {
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
    return place.values.includes(null) && some !== undefined
      ? [change('is always null', () => null), change('is never null', (value) => value ?? copyOf(some))]
      : []
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
  if (typeof some !== 'string' || place.name.endsWith('.outcome')) return []
  return [
    change('is another text', (value) => (typeof value === 'string' ? `${value} ` : value)),
    change('is empty', (value) => (typeof value === 'string' ? '' : value)),
    ...(place.values.includes(null) ? [change('is never null', (value) => value ?? some)] : []),
  ]
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

/** Returns what it returned before for the same question, and for the same answers to what it asked back. */
const answersStale: Mutator = ({ reads }) =>
  reads
    ? [
        {
          name: 'answers what it answered before',
          make({ sound, deviates }) {
            const cache = new Map<string, Outcome>()
            return async (...args) => {
              const asked: unknown[] = []
              const asking = args.map((arg) => (typeof arg === 'function' ? heard(arg as Verb, asked) : arg))
              const outcome = await outcomeOf(sound(...asking).then(held))
              const key = keyOf([args, asked])
              const stale = cache.get(key) ?? outcome
              cache.set(key, stale)
              if (!isSame(outcome, stale)) deviates()
              if (stale.error !== undefined) throw stale.thrown
              return copyOf(stale.answer)
            }
          },
        },
      ]
    : []

/** How a call ended. */
interface Outcome {
  answer?: unknown
  /** In words, which tell errors apart. */
  error?: string
  thrown?: unknown
}

function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  return call.then(
    (answer) => ({ answer }),
    (thrown: unknown) => ({ error: String(thrown), thrown }),
  )
}

/** Keeps what a function answers. */
function heard(sound: Verb, answers: unknown[]): Verb {
  return (...args) => {
    const answer = sound(...args)
    answers.push(answer)
    return answer
  }
}

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

/** Mistakes in what is answered. */
export const answerMutators: readonly Mutator[] = [answersWrong, answersStale, sharesItsAnswers]
