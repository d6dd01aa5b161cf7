import type { KithConfig } from './config.ts'
import { deriveKey } from './sessions/derive-key.ts'

type Named = Pick<KithConfig, 'secrets' | 'revocations'>

/** Instances in this process with their own revocations, by secret; also those of another copy of this module. */
interface KnownKiths {
  living: Map<string, readonly WeakRef<KithConfig['revocations']>[]>
  reported: Set<string>
}

const place = Symbol.for('kith.known-kiths')

function knownKiths(): KnownKiths {
  const shared = globalThis as { [place]?: KnownKiths }
  return (shared[place] ??= { living: new Map(), reported: new Set() })
}

function nameOf({ secrets: [secret = ''] }: Named): string {
  return deriveKey(secret, 'access-token').kid
}

/** The other open instances with this secret. */
function othersOf(config: Named): readonly WeakRef<KithConfig['revocations']>[] {
  const known = knownKiths().living.get(nameOf(config)) ?? []
  return known.filter((each) => ![undefined, config.revocations].includes(each.deref()))
}

/** Registers a Kith with its own revocations. */
export function noteKith(config: Named): void {
  knownKiths().living.set(nameOf(config), [...othersOf(config), new WeakRef(config.revocations)])
}

/** Removes a closed Kith. */
export function forgetKith(config: Named): void {
  knownKiths().living.set(nameOf(config), othersOf(config))
}

/**
 * Warns, once per secret, if a session is denied and another Kith in this process will not notice: bundlers and reloads
 * run a module twice. Not earlier, because test suites often create one Kith per test.
 */
export function warnOfOthers(config: Named & Pick<KithConfig, 'log'>): void {
  const { living, reported } = knownKiths()
  const name = nameOf(config)
  const isKnown = living.get(name)?.some((each) => each.deref() === config.revocations)
  if (!isKnown || reported.has(name) || othersOf(config).length === 0) return
  reported.add(name)
  config.log.warn('process.two-kiths', { message })
}

const message =
  'Another Kith with this secret runs in this process, and each has its own `revocations`: a logout, a ban or a new role in one counts ' +
  'in the other after up to 15 minutes. A bundler or a reload has run the module twice: keep one Kith on `globalThis`, as ' +
  'docs/server-rendered.md shows, or pass both the same `revocations`.'
