import type { Storage } from '@kith/core/ports'
import { vi } from 'vitest'
import { type Action, newWorld, type Step, take, type World } from './model.ts'
import { createProcesses, type Flaw, type Processes } from './processes.ts'
import { kithRules } from './rules.ts'
import { traceInWords } from './words.ts'
import { openSession } from './real-session.ts'

/** Carries out traces on real services. */
export interface Replayer {
  /**
   * Asserts that they show the same as the model at each step, and that no promise is broken. If the model leaves something open,
   * the rest of the trace continues from the actual result. Returns the number of actions taken.
   */
  replay(trace: readonly Action[]): Promise<number>
}

/** Creates a replayer over empty storages. Time stands still from then on, until {@link stopReplaying}. */
export function createReplayer(emptied: () => Promise<Storage>, flaw: Flaw = {}): Replayer {
  let processes: Promise<Processes> | null = null

  return {
    async replay(trace) {
      processes ??= createProcesses(emptied, flaw)
      const running = await processes
      const session = await openSession(running)
      let worlds: World[] = [newWorld()]
      try {
        for (const [place, action] of trace.entries()) {
          worlds = worlds.filter((world) => isPossible(world, action))
          if (worlds.length === 0) return place
          const real = await session.take(action)
          const steps = worlds.flatMap((world) => take(world, action, kithRules))
          worlds = steps.filter((step) => isSame(step, real)).map(({ world }) => world)
          if (worlds.length === 0) throw new Error(difference(real, steps))
        }
        return trace.length
      } catch (error) {
        throw new Error(`Services do not follow the model: ${traceInWords(trace)}`, { cause: error })
      } finally {
        // A process remembers when its clock was set.
        if (trace.some(({ kind }) => kind === 'set')) running.startAnew()
      }
    },
  }
}

/** Lets time pass again. */
export function stopReplaying(): void {
  vi.restoreAllMocks()
}

type Shown = Pick<Step, 'shown' | 'broken'>

function isSame(one: Shown, other: Shown): boolean {
  return one.shown === other.shown && one.broken?.promise === other.broken?.promise
}

function difference(real: Shown, expected: readonly Shown[]): string {
  const inWords = ({ shown, broken }: Shown): string =>
    `“${shown}”${broken ? `, and breaks: ${broken.by}` : ''}`
  return `It shows ${inWords(real)}, not ${expected.map(inWords).join(' or ')}`
}

function isPossible({ calls, thief, backup }: World, action: Action): boolean {
  if (action.kind === 'step' || action.kind === 'finish') return action.call < calls.length
  if (action.kind === 'lose') return calls[action.call]?.at === 'answer'
  if ('by' in action && action.by === 'thief') return thief !== null
  return action.kind !== 'restore' || backup !== null
}
