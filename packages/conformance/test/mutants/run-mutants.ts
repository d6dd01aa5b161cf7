import { createMemoryStorage } from '@kith/core/memory'
import type { Storage } from '@kith/core/ports'
import type { Case } from '../../src/case.ts'
import { mutators } from './mutators.ts'
import { isSame, type Mutant, type SeenCall, type Verb } from './verb.ts'

/** A port of a storage, with its verbs that change nothing. */
export interface Subject {
  port: keyof Storage & string
  reads: readonly string[]
}

/** What came of the mutants of a port. */
export interface Report {
  port: string
  verbs: number
  mutants: number
  /** By their ids, as `edges.add: drops the write`. */
  survivors: string[]
}

/** As many calls as no case makes: a mutant that never comes to an end is stopped. */
const mostCalls = 30_000
/** How long one may wait for what never comes. */
const mostMillis = 5_000
/** So many calls of a verb are remembered. */
const mostSeen = 3_000
/** So many scalars that a port was called with are known. */
const mostKnown = 40

type Stores = Record<string, Record<string, Verb>>

/** Wraps each verb of each store. */
function wrapped(
  storage: Storage,
  around: (at: { store: string; verb: string }, sound: Verb) => Verb,
): Storage {
  const stores = Object.entries(storage as unknown as Stores).map(([store, verbs]) => {
    if (typeof verbs === 'function') return [store, verbs]
    const around_ = Object.entries(verbs).map(([verb, sound]) => [
      verb,
      around({ store, verb }, (...args) => sound.apply(verbs, args)),
    ])
    return [store, Object.fromEntries(around_)]
  })
  return Object.fromEntries(stores) as Storage
}

/** How the verbs of a port are called by the cases, and which cases call them. */
interface Observed {
  calls: Map<string, SeenCall[]>
  callers: Map<string, Set<Case<Storage>>>
}

/** Runs the mutants of each port against all cases that call their verb, and tells which cases nothing fails. */
export async function runMutants(
  subjects: readonly Subject[],
  cases: readonly Case<Storage>[],
): Promise<{ reports: Report[]; unproven: string[] }> {
  const { calls, callers } = await observe(cases)
  const unproven = new Set(cases.map(({ id }) => id))
  const reports: Report[] = []
  for (const { port, reads } of subjects) {
    const verbs = [...calls].filter(([name]) => name.startsWith(`${port}.`))
    const report: Report = { port, verbs: verbs.length, mutants: 0, survivors: [] }
    for (const [name, seen] of verbs) {
      const verb = name.slice(port.length + 1)
      for (const mutant of mutators.flatMap((make) =>
        make({ name: verb, reads: reads.includes(verb), calls: seen }),
      )) {
        const end = await runMutant(mutant, name, callers.get(name) ?? new Set())
        if (end !== 'no mutant') report.mutants++
        if (end === 'survived') report.survivors.push(`${name}: ${mutant.name}`)
      }
    }
    reports.push(report)
  }
  return { reports, unproven: [...unproven] }

  async function runMutant(
    mutant: Mutant,
    name: string,
    concerned: ReadonlySet<Case<Storage>>,
  ): Promise<'killed' | 'survived' | 'no mutant'> {
    let [isKilled, isOther] = [false, false]
    // First those that nothing has failed yet, then those of the port itself.
    const rank = ({ id }: Case<Storage>): number =>
      (unproven.has(id) ? 0 : 2) + (id.startsWith(name.split('.')[0] ?? '') ? 0 : 1)
    for (const each of [...concerned].sort((a, b) => rank(a) - rank(b))) {
      if (isKilled && !unproven.has(each.id)) break
      const storage = mutated(mutant, name, () => (isOther = true))
      if (!(await fails(each, storage))) continue
      unproven.delete(each.id)
      isKilled = true
    }
    if (isKilled) return 'killed'
    return isOther ? 'survived' : 'no mutant'
  }
}

async function observe(cases: readonly Case<Storage>[]): Promise<Observed> {
  const [calls, callers]: [Observed['calls'], Observed['callers']] = [new Map(), new Map()]
  for (const each of cases) {
    const storage = wrapped(createMemoryStorage(), ({ store, verb }, sound) => async (...args) => {
      const name = `${store}.${verb}`
      callers.set(name, (callers.get(name) ?? new Set()).add(each))
      const seen = calls.get(name) ?? []
      calls.set(name, seen)
      const call: SeenCall = { args: structuredClone(args), answer: undefined, rejected: false }
      if (seen.length < mostSeen) seen.push(call)
      try {
        const answer = await sound(...args)
        call.answer = structuredClone(answer)
        return answer
      } catch (error) {
        call.rejected = true
        throw error
      }
    })
    await each.run(storage)
  }
  return { calls, callers }
}

/** A storage with one wrong verb. */
function mutated(mutant: Mutant, name: string, deviates: () => void): Storage {
  const twin = mutant.needsTwin ? (createMemoryStorage() as unknown as Stores) : null
  const known: unknown[] = []
  let made = 0
  return wrapped(createMemoryStorage(), ({ store, verb }, sound) => {
    const ofTwin: Verb = async (...args) => await twin?.[store]?.[verb]?.(...structuredClone(args))
    const soil = { sound, twin: ofTwin, known: () => known, deviates }
    const wrong = `${store}.${verb}` === name ? mutant.make(soil) : null
    return async (...args) => {
      if (++made > mostCalls) throw new Error('it does not come to an end')
      if (mutant.needsKnown) for (const each of args) remember(known, each)
      if (wrong) return await wrong(...args)
      if (twin) await ofTwin(...args).catch(() => {})
      return await sound(...args)
    }
  })
}

async function fails({ run }: Case<Storage>, storage: Storage): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(true), mostMillis)
  const end = run(storage).then(
    () => false,
    () => true,
  )
  try {
    return await Promise.race([end, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Keeps the scalars of a value, each once, the newest last. */
function remember(known: unknown[], value: unknown): void {
  if (Array.isArray(value)) for (const each of value.slice(0, 5)) remember(known, each)
  else if (typeof value === 'object' && value !== null && !(value instanceof Date))
    for (const each of Object.values(value)) remember(known, each)
  else if (value !== null && typeof value !== 'boolean' && !known.some((each) => isSame(each, value))) {
    known.push(value)
    if (known.length > mostKnown) known.shift()
  }
}
