import type { FactStore } from '../facts.ts'
import type { Log } from '../log/log.ts'
import type { LegacyHash } from './legacy-hash.ts'

/** A stand-in hash for a format and its parameters, and its verifier. */
interface HashForm {
  stand: string
  verifier: LegacyHash
}

/** The formats of stored hashes in use besides the current one. */
export interface HashForms {
  /** The format of a stored hash; `null` if no verifier supports it. */
  formOf(stored: string): HashForm | null
  /** Records a format for every process and across restarts. Never rejects. */
  remember(form: HashForm): Promise<void>
  /** Every known format of any process, at most a minute old. Never rejects. */
  known(): Promise<readonly HashForm[]>
}

/** The dependencies of {@link createHashForms}. */
export interface HashFormsParts {
  verifiers: readonly LegacyHash[]
  facts: FactStore
  log: Log
}

/** Each is checked for every wrong password. The accounts of one app have one or two. */
const mostForms = 8
/** How soon a process notices a format that another one imported. */
const refreshMillis = 60_000

/**
 * Creates it. Formats are facts of the storage, numbered in the order they were found, so that two processes agree on
 * each. Facts contain the parameters of a hash and nothing of its salt or digest.
 */
export function createHashForms({ verifiers, facts, log }: HashFormsParts): HashForms {
  const found = new Map<string, HashForm>()
  let next = 0
  let refreshed: { at: number; done: Promise<void> } | null = null

  function formOf(stored: string): HashForm | null {
    const verifier = verifiers.find(({ reads }) => reads(stored))
    if (!verifier) return null
    const stand = standsFor(stored).find((text) => verifier.reads(text))
    // A format that cannot be described without the hash itself is known only to this process, by its first hash.
    const kept = [...found.values()].find((form) => form.verifier === verifier && !isStand(form.stand))
    return { verifier, stand: stand ?? kept?.stand ?? stored }
  }

  function add(stand: string): void {
    const verifier = verifiers.find(({ reads }) => reads(stand))
    if (verifier && found.size < mostForms) found.set(stand, { stand, verifier })
  }

  /** Reads the facts that were added since, and appends one. */
  async function read(own: string | null): Promise<void> {
    for (let at = next; at < mostForms; at++) {
      const name = `password-form-${at}`
      const stored = own === null ? await facts.get(name) : await facts.setOnce(name, own)
      if (stored === null) return
      add(stored)
      next = Math.max(next, at + 1)
      if (stored === own) return
    }
  }

  function warn(error: unknown): void {
    log.warn('password.forms-not-stored', { error })
  }

  return {
    formOf,
    async remember({ stand }) {
      if (found.has(stand)) return
      if (isStand(stand)) await read(stand).catch(warn)
      // Even if it could not be stored.
      add(stand)
    },
    async known() {
      const now = performance.now()
      if (!refreshed || now - refreshed.at > refreshMillis)
        refreshed = { at: now, done: read(null).catch(warn) }
      await refreshed.done
      return [...found.values()]
    },
  }
}

/** The length of 16 bytes in base64: one length for all, so that different salt lengths are one format. */
const noSalt = 'A'.repeat(22)

/** A hash without its digest, and without its salt if that is a separate part. */
function standsFor(stored: string): string[] {
  const parts = stored.split('$')
  const digest = parts.slice(-1).map(blank)
  return [[...parts.slice(0, -2), noSalt, ...digest].join('$'), [...parts.slice(0, -1), ...digest].join('$')]
}

function blank(text: string): string {
  return text.replace(/[A-Za-z0-9+/.]/g, /^[0-9a-f]+$/.test(text) ? '0' : 'A')
}

function isStand(text: string): boolean {
  return /(?:^|\$)(?:0+|A+)$/.test(text)
}
