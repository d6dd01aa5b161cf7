import { isKithError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { type Checkable, isCheckable } from './check.ts'

/** One dependency of a Kith. */
export interface ReadyPart {
  name: string
  /** Whether it can be used. */
  ok: boolean
  /** What to do about it; if it is `ok`, what needs attention soon. Contains no host, path, user or password. */
  detail: string | null
  /** How long the check took. */
  milliseconds: number
}

/** Whether a Kith can work. */
export interface Readiness {
  /** Whether every part can be used. */
  ok: boolean
  parts: readonly ReadyPart[]
}

/** The parts that Kith always checks. */
export const partNames = ['storage', 'blobs', 'revocations', 'rateLimits', 'email', 'sms', 'process'] as const

/** The parts that {@link createReady} checks, by name. A part without a check is left out. */
export interface ReadySources {
  parts: Readonly<Record<string, object | null>>
  log: Log
  /** Whether the process is about to exit. @default never */
  isDraining?: (() => boolean) | undefined
}

/** Shorter than the patience of a load balancer that checks every few seconds. */
const deadlineMillis = 2_000
/** How long a result is shared, so that frequent calls cause no work. */
const cachedMillis = 1_000

/**
 * Creates the readiness of one Kith instance. Its parts are checked concurrently; one that is too slow is not ready.
 */
export function createReady({
  parts,
  log,
  isDraining = () => false,
}: ReadySources): () => Promise<Readiness> {
  const checkable = Object.entries(parts).filter(
    (entry): entry is [string, Checkable] => entry[1] !== null && isCheckable(entry[1]),
  )
  const tell = createTeller(log)
  let last: { readiness: Promise<Readiness>; until: number } | null = null

  async function ask(): Promise<Readiness> {
    const found = await Promise.all(checkable.map(([name, part]) => checkPart(name, part, tell)))
    return Object.freeze({ ok: found.every(({ ok }) => ok), parts: Object.freeze(found) })
  }

  function askOnce(): Promise<Readiness> {
    const now = performance.now()
    if (last && now < last.until) return last.readiness
    const fresh = { readiness: ask(), until: Infinity }
    // One result serves all calls while it is determined, and for a second afterwards.
    void fresh.readiness.finally(() => (fresh.until = performance.now() + cachedMillis))
    last = fresh
    return fresh.readiness
  }

  return async () => {
    // Not cached: callers must see the shutdown right away.
    if (isDraining()) return { ok: false, parts: [...(last ? (await last.readiness).parts : []), endingPart] }
    return await askOnce()
  }
}

const endingPart: ReadyPart = Object.freeze({
  name: 'process',
  ok: false,
  detail: 'This process is shutting down.',
  milliseconds: 0,
})

type Tell = (name: string, detail: string | null, cause: unknown) => void

async function checkPart(name: string, part: Checkable, tell: Tell): Promise<ReadyPart> {
  const start = performance.now()
  const milliseconds = (): number => Math.round(performance.now() - start)
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new LateError()), deadlineMillis)
  try {
    const detail = await Promise.race([(async () => part.check())(), late])
    tell(name, null, undefined)
    return { name, ok: true, detail, milliseconds: milliseconds() }
  } catch (error) {
    const detail = detailOf(error)
    tell(name, detail, isKithError(error) ? error.cause : error instanceof LateError ? undefined : error)
    return { name, ok: false, detail, milliseconds: milliseconds() }
  } finally {
    clearTimeout(timer)
  }
}

class LateError extends Error {}

function detailOf(error: unknown): string {
  if (error instanceof LateError)
    return `It has not responded within ${deadlineMillis / 1000} s: look at its load and at the network.`
  if (!isKithError(error)) return 'Unknown failure: see the log.'
  return error.detail ?? `${error.title}.`
}

/** Logs each change once, however often it is called. */
function createTeller(log: Log): Tell {
  const known = new Map<string, string>()
  return (name, detail, cause) => {
    const before = known.get(name)
    if (detail === null) {
      if (known.delete(name))
        log.warn('ready.part-back', { message: `${name} can be used again.`, fields: { part: name } })
    } else if (detail !== before) {
      known.set(name, detail)
      log.warn('ready.part-failed', {
        message: `${name} cannot be used: ${detail}`,
        detail,
        error: cause,
        fields: { part: name },
      })
    }
  }
}
