import { isSame } from './values.ts'

/** A verb of a port, whatever it takes and returns. */
export type Verb = (...args: unknown[]) => Promise<unknown>

/** What a verb was called with in the run of a sound port, and what it returned. */
export interface SeenCall {
  args: readonly unknown[]
  answer: unknown
  rejected: boolean
}

/** A function that a verb was given, by the calls that the sound verb made of it. */
export class SeenCallback {
  readonly calls: SeenCall[] = []
}

/** What a mutant is made from. */
export interface Soil {
  /** The sound verb of the port under test. */
  sound: Verb
  /** The same verb of a second, sound port to which all other calls that write go as well. */
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

/** Changes what a verb returns, immediately where it returns without a promise, as functions do that a verb is given. */
export function whenAnswered(answer: unknown, change: (answer: unknown) => unknown): Promise<unknown> {
  return (answer instanceof Promise ? answer.then(change) : change(answer)) as Promise<unknown>
}

/** Makes a mutant that answers otherwise than the sound verb. */
export const answering = (name: string, change: (answer: unknown, soil: Soil) => unknown): Mutant => ({
  name,
  make:
    (soil) =>
    (...args) =>
      whenAnswered(soil.sound(...args), (answer) => {
        const changed = change(answer, soil)
        if (!isSame(answer, changed)) soil.deviates()
        return changed
      }),
})

/** Makes a mutant that calls the sound verb with something else. */
export const calling = (name: string, change: (args: unknown[], soil: Soil) => unknown[]): Mutant => ({
  name,
  make:
    (soil) =>
    (...args) => {
      const changed = change(args, soil)
      if (!isSame(args, changed)) soil.deviates()
      return soil.sound(...changed)
    },
})
