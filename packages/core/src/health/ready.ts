import { isKithError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { type Checkable, isCheckable } from './check.ts'

/** One thing that a Kith stands on. */
export interface ReadyPart {
  name: string
  /** Whether it can be used. */
  ok: boolean
  /** What to do about it; where it is `ok`, what to see to soon. It names no host, path, user or password. */
  detail: string | null
  /** How long it took to find out. */
  milliseconds: number
}

/** Whether a Kith can do its work. */
export interface Readiness {
  /** Whether every part can be used. */
  ok: boolean
  parts: readonly ReadyPart[]
}

/** The parts that Kith asks by itself. */
export const partNames = ['storage', 'blobs', 'revocations', 'rateLimits', 'email', 'sms', 'process'] as const

/** What {@link createReady} asks, by name. A part that cannot be checked is left out. */
export interface ReadySources {
  parts: Readonly<Record<string, object | null>>
  log: Log
  /** Whether the process is about to end. @default never */
  isDraining?: (() => boolean) | undefined
}

/** A load balancer that asks every few seconds gives up sooner. */
const deadlineMillis = 2_000
/** For how long a response serves all who ask, so that nobody makes work by asking. */
const cachedMillis = 1_000

/** Creates the readiness of one Kith instance. Its parts are asked concurrently; what is late is not ready. */
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
    // One answer serves those who come while it is found out, and for a second from then on.
    void fresh.readiness.finally(() => (fresh.until = performance.now() + cachedMillis))
    last = fresh
    return fresh.readiness
  }

  return async () => {
    // Not kept: anyone who asks after the signal to end hears of it.
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
    return `It has not answered within ${deadlineMillis / 1000} s: look at its load and at the network.`
  if (!isKithError(error)) return 'It failed in a way that Kith does not know: see the log.'
  return error.detail ?? `${error.title}.`
}

/** Logs each change once, however often somebody asks. */
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
