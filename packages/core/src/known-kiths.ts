import type { KithConfig } from './config.ts'
import { deriveKey } from './sessions/derive-key.ts'

/** Kiths of this process with revocations of their own, by their secret; also those of another copy of this module. */
interface KnownKiths {
  living: Map<string, WeakRef<KithConfig['revocations']>>
  reported: Set<string>
}

const place = Symbol.for('kith.known-kiths')

function knownKiths(): KnownKiths {
  const shared = globalThis as { [place]?: KnownKiths }
  return (shared[place] ??= { living: new Map(), reported: new Set() })
}

function nameOf({ secrets: [secret = ''] }: Pick<KithConfig, 'secrets'>): string {
  return deriveKey(secret, 'access-token').kid
}

/** Notes a Kith. Returns whether another one with its secret lives in this process, the first time that one does. */
export function noteKith(config: Pick<KithConfig, 'secrets' | 'revocations'>): boolean {
  const { living, reported } = knownKiths()
  const name = nameOf(config)
  const hasOther = living.get(name)?.deref() !== undefined
  living.set(name, new WeakRef(config.revocations))
  if (!hasOther || reported.has(name)) return false
  reported.add(name)
  return true
}

/** Forgets one that was closed. */
export function forgetKith(config: Pick<KithConfig, 'secrets' | 'revocations'>): void {
  const { living } = knownKiths()
  const name = nameOf(config)
  if (living.get(name)?.deref() === config.revocations) living.delete(name)
}
