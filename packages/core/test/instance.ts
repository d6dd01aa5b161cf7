import { createKith, type Kith, type KithOptions, type LogFields } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

/** An in-memory Kith with a clock that only moves on request, and with cheap hashing. */
export interface Instance {
  kith: Kith
  /** Moves the clock. */
  advance(seconds: number): void
  /** The lines that were logged. */
  logged: (readonly [message: string, fields: LogFields])[]
  /** The options of this instance, for creating another one over the same storage. */
  options: KithOptions
}

export const cheapHashing = { memoryKiB: 8, iterations: 1 } as const

/** Creates one. */
export function createInstance(overrides: Partial<KithOptions> = {}): Instance {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const logged: (readonly [string, LogFields])[] = []
  const options: KithOptions = {
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapHashing,
    clock: () => new Date(now),
    logger: { warn: (...line) => logged.push(line), error: (...line) => logged.push(line) },
    ...overrides,
  }
  return { kith: createKith(options), advance: (seconds) => void (now += seconds * 1000), logged, options }
}

/** Records the calls of each method of a port. */
export function counting<Port extends object>(port: Port): { port: Port; calls: string[] } {
  const calls: string[] = []
  const counted = new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        calls.push(String(name))
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
  return { port: counted, calls }
}

/** The code of the error that a call rejects with, or `no error`. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
  return 'no error'
}
