/** A verb of a port, whatever it takes and returns. */
export type Verb = (...args: unknown[]) => Promise<unknown>

/** What a verb was called with in the run of a sound port, and what it returned. */
export interface SeenCall {
  args: readonly unknown[]
  answer: unknown
  rejected: boolean
}

/** What a mutant is made from. */
interface Soil {
  /** The sound verb of the port under test. */
  sound: Verb
  /** The same verb of a second, sound port to which all other calls go as well. */
  twin: Verb
  /** Scalars that any verb of the port has been called with so far, the newest last. */
  known(): readonly unknown[]
  /** Says that the mutant has done something else than the sound verb: one that never does is no mutant. */
  deviates(): void
}

/** One way in which one verb can be wrong. */
export interface Mutant {
  name: string
  /** Makes the wrong verb, anew for each case. */
  make(soil: Soil): Verb
  /** Whether it needs a second, sound port. */
  needsTwin?: true
  /** Whether it needs what the port was called with. */
  needsKnown?: true
}

/** A kind of mistake: the mutants of a verb that it leads to, by the calls that were seen. */
export type Mutator = (verb: { name: string; reads: boolean; calls: readonly SeenCall[] }) => Mutant[]

/** Whether something is an object with fields of its own. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** Whether two values look the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return keyOf(one) === keyOf(other)
}

/** The same for everybody who asks with the same. */
export function keyOf(value: unknown): string {
  return (
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'function' ? 'a function' : each)) ??
    'undefined'
  )
}

/** A copy of arguments, but of those that are functions. */
export function copyOf(args: readonly unknown[]): unknown[] {
  return args.map((each) => (typeof each === 'function' ? each : (structuredClone(each) as unknown)))
}
