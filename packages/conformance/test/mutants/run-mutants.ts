import type { Case } from '../../src/case.ts'
import { mutators } from './mutators.ts'
import { copyOf, held, watched } from './streams.ts'
import { isRecord, isStream } from './values.ts'
import type { Mutant, SeenCall, Verb } from './verb.ts'

/** What is to be broken. */
export interface Subjects<World> {
  /** Fresh sound ports by their names. */
  makeSound: () => World
  /** The ports of which each verb is broken, with those of their verbs that change nothing. */
  ports: Readonly<Partial<Record<keyof World & string, readonly string[]>>>
  cases: readonly Case<World>[]
  /** Those of their verbs that answer with a stream, and not with the promise of one. */
  streams?: readonly string[]
  /** Mistakes that no mutator makes. */
  flaws?: readonly Flaw<World>[]
}

/** Cases of one port, given a record that holds it. */
export function ofPart<World, Name extends keyof World>(
  name: Name,
  cases: readonly Case<World[Name]>[],
): Case<World>[] {
  return cases.map((each) => ({ ...each, run: (world) => each.run(world[name]) }))
}

/** A mistake that no mutator makes, and the cases that it fails. */
export interface Flaw<World> {
  flaw: string
  fails: string | readonly string[]
  breaking: (sound: World) => Partial<World>
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
const mostMillis = 60_000
/** So many calls of a verb are remembered. */
const mostSeen = 3_000
/** So many scalars that a port was called with are known. */
const mostKnown = 40

type Stores = Record<string, Record<string, Verb>>

/** Wraps each verb of each store. */
function wrapped<World>(
  { makeSound, streams = [] }: Pick<Subjects<World>, 'makeSound' | 'streams'>,
  around: (at: { store: string; verb: string }, sound: Verb) => Verb,
): World {
  const stores = Object.entries(makeSound() as unknown as Stores).map(([store, verbs]) => {
    if (typeof verbs === 'function') return [store, verbs]
    const wrappedVerbs = Object.entries(verbs).map(([verb, sound]) => {
      if (typeof sound !== 'function') return [verb, sound]
      const wrong = around({ store, verb }, async (...args) => await sound.apply(verbs, args))
      return [verb, streams.includes(verb) ? streaming(wrong) : wrong]
    })
    return [store, Object.fromEntries(wrappedVerbs)]
  })
  return Object.fromEntries(stores) as World
}

/** A verb that answers with a stream, made of one that answers with the promise of it. */
function streaming(verb: Verb): (...args: unknown[]) => AsyncGenerator {
  return async function* (...args) {
    const stream = await verb(...args)
    if (isStream(stream)) yield* stream
  }
}

/** How the verbs of a port are called by the cases, and which cases call them. */
interface Observed<World> {
  calls: Map<string, SeenCall[]>
  callers: Map<string, Set<Case<World>>>
}

/** Runs the mutants of each port against all cases that call their verb, and tells which cases nothing fails. */
export async function runMutants<World>(
  subjects: Subjects<World>,
  choose: (name: string) => boolean = () => true,
): Promise<{ reports: Report[]; unproven: string[] }> {
  const { ports, cases } = subjects
  const { calls, callers } = await observe(subjects)
  const unproven = new Set(cases.map(({ id }) => id))
  const reports: Report[] = []
  for (const [port, reads] of Object.entries<readonly string[] | undefined>(ports)) {
    const verbs = [...calls].filter(([name]) => name.startsWith(`${port}.`))
    const report: Report = { port, verbs: verbs.length, mutants: 0, survivors: [] }
    for (const [name, seen] of verbs) {
      const verb = name.slice(port.length + 1)
      const all = mutators.flatMap((make) =>
        make({ name: verb, reads: reads?.includes(verb) === true, calls: seen }),
      )
      for (const mutant of all.filter((each) => choose(each.name))) {
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
    concerned: ReadonlySet<Case<World>>,
  ): Promise<'killed' | 'survived' | 'no mutant'> {
    let [isKilled, isOther] = [false, false]
    // First those that nothing has failed yet, then those of the port itself.
    const rank = ({ id }: Case<World>): number =>
      (unproven.has(id) ? 0 : 2) + (id.startsWith(name.split('.')[0] ?? '') ? 0 : 1)
    for (const each of [...concerned].sort((a, b) => rank(a) - rank(b))) {
      if (isKilled && !unproven.has(each.id)) break
      const world = mutated({ subjects, mutant, name, deviates: () => (isOther = true) })
      if (!(await fails(each, world))) continue
      unproven.delete(each.id)
      isKilled = true
    }
    if (isKilled) return 'killed'
    return isOther ? 'survived' : 'no mutant'
  }
}

async function observe<World>(subjects: Subjects<World>): Promise<Observed<World>> {
  const [calls, callers]: [Observed<World>['calls'], Observed<World>['callers']] = [new Map(), new Map()]
  for (const each of subjects.cases) {
    const world = wrapped(subjects, ({ store, verb }, sound) => async (...args) => {
      const name = `${store}.${verb}`
      callers.set(name, (callers.get(name) ?? new Set()).add(each))
      const called = calls.get(name) ?? []
      calls.set(name, called)
      const { passed, seen } = watched(args)
      const call: SeenCall = { args: seen as unknown[], answer: undefined, rejected: false }
      if (called.length < mostSeen) called.push(call)
      try {
        const answer = watched(await sound(...(passed as unknown[])))
        call.answer = answer.seen
        return answer.passed
      } catch (error) {
        call.rejected = true
        throw error
      }
    })
    await each.run(world)
  }
  return { calls, callers }
}

interface Wrong<World> {
  subjects: Subjects<World>
  mutant: Mutant
  /** The port and verb that are wrong. */
  name: string
  deviates: () => void
}

/** Ports with one wrong verb. */
function mutated<World>({ subjects, mutant, name, deviates }: Wrong<World>): World {
  const twin = mutant.needsTwin ? (subjects.makeSound() as unknown as Stores) : null
  const reads: Partial<Record<string, readonly string[]>> = subjects.ports
  const known = new Map<string, unknown>()
  let made = 0
  return wrapped(subjects, ({ store, verb }, sound) => {
    const ofTwin: Verb = async (...args) => await twin?.[store]?.[verb]?.(...copyOf(args))
    const soil = { sound, twin: ofTwin, known: () => [...known.values()], deviates }
    const wrong = `${store}.${verb}` === name ? mutant.make(soil) : null
    const writes = reads[store]?.includes(verb) !== true
    return async (...args) => {
      if (++made > mostCalls) throw new Error('it does not come to an end')
      if (mutant.needsKnown) for (const each of args) remember(known, each)
      // Both read what is written.
      const given = twin && args.some(isStream) ? await held(args) : args
      if (wrong) return await wrong(...given)
      if (twin && writes) await ofTwin(...given).catch(() => {})
      return await sound(...given)
    }
  })
}

async function fails<World>({ run }: Case<World>, world: World): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(true), mostMillis)
  const end = run(world).then(
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
function remember(known: Map<string, unknown>, value: unknown): void {
  if (Array.isArray(value)) for (const each of value.slice(0, 5)) remember(known, each)
  else if (isRecord(value)) for (const each of Object.values(value)) remember(known, each)
  else if (typeof value === 'string' || typeof value === 'number' || value instanceof Date) {
    const key = `${typeof value} ${Number(value) || String(value)}`
    if (known.has(key)) return
    known.set(key, value)
    const [oldest] = known.keys()
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest)
  }
}
