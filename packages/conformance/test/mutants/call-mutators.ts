import { setImmediate as gap } from 'node:timers/promises'
import { argumentPlaces } from './places.ts'
import { isSame, keyOf } from './values.ts'
import { calling, type Mutant, type Mutator, type Soil } from './verb.ts'

/** Makes a mutant that refuses some calls. */
const refusing = (name: string, when: (args: unknown[], soil: Soil) => boolean): Mutant => ({
  name,
  make:
    (soil) =>
    async (...args) => {
      if (!when(args, soil)) return await soil.sound(...args)
      soil.deviates()
      throw new Error(name)
    },
})

/** Refuses what it has done already. */
const refusesRepeats: Mutator = ({ reads }) =>
  reads
    ? []
    : [
        {
          name: 'cannot be called again',
          make(soil) {
            const called = new Set<string>()
            const isRepeat = (args: unknown[]): boolean => called.size === called.add(keyOf(args)).size
            return refusing('called again', isRepeat).make(soil)
          },
        },
      ]

/** Refuses calls beside others. */
const refusesOverlaps: Mutator = ({ reads }) =>
  reads
    ? []
    : [
        {
          name: 'cannot be called while it is being called',
          make({ sound, deviates }) {
            let isCalled = false
            return async (...args) => {
              if (isCalled) {
                deviates()
                throw new Error('called beside another')
              }
              isCalled = true
              try {
                await gap()
                return await sound(...args)
              } finally {
                isCalled = false
              }
            }
          },
        },
      ]

/** Works on what the last of those that call at the same time has given. */
const mixesUpCalls: Mutator = () => [
  {
    name: 'takes the calls of a moment for the last of them',
    make({ sound, deviates }) {
      let latest: unknown[] = []
      return async (...args) => {
        latest = args
        await gap()
        if (!isSame(latest, args)) deviates()
        return await sound(...latest)
      }
    },
  },
]

const most = 100

/** Refuses all calls from some time on. */
const tires: Mutator = () => [
  {
    name: 'gives out after a hundred calls',
    make(soil) {
      let count = 0
      return refusing('no calls are left', () => ++count > most).make(soil)
    },
  },
]

/** Does not take nothing for a response: `null`, or an empty list. */
const demands: Mutator = ({ calls }) =>
  argumentPlaces(calls).flatMap((place) => {
    const isNothing = (value: unknown): boolean =>
      value === null || (Array.isArray(value) && value.length === 0)
    const { values, name } = place
    if (!values.some(isNothing) || values.every(isNothing)) return []
    return [refusing(`${name} is demanded`, (args) => isNothing(place.get(args)))]
  })

/** Fails for another reason than it says. */
const hidesErrors: Mutator = ({ calls }) =>
  calls.some(({ rejected }) => rejected)
    ? [
        {
          name: 'rejects with another error',
          make:
            ({ sound, deviates }) =>
            (...args) =>
              sound(...args).catch(() => {
                deviates()
                throw new Error('it failed')
              }),
        },
      ]
    : []

/** Takes texts that differ in letter case for the same. */
const foldsCase: Mutator = ({ calls }) =>
  argumentPlaces(calls)
    .filter(({ values }) =>
      values.some((value) => typeof value === 'string' && value !== value.toLowerCase()),
    )
    .map((place) =>
      calling(
        `${place.name} is in lower case`,
        (args) =>
          place.set(args, (value) => (typeof value === 'string' ? value.toLowerCase() : value)) as unknown[],
      ),
    )

/** Looks at no more than the beginning of a long list. */
const cutsLists: Mutator = ({ calls }) =>
  argumentPlaces(calls)
    .filter(({ values }) => values.some((value) => Array.isArray(value) && value.length > most))
    .map((place) =>
      calling(
        `${place.name} is cut to a hundred`,
        (args) =>
          place.set(args, (value) => (Array.isArray(value) ? value.slice(0, most) : value)) as unknown[],
      ),
    )

/** Mistakes in which calls are taken. */
export const callMutators: readonly Mutator[] = [
  refusesRepeats,
  refusesOverlaps,
  mixesUpCalls,
  tires,
  demands,
  hidesErrors,
  foldsCase,
  cutsLists,
]
