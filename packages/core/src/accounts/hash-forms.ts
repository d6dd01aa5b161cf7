import type { FactStore } from '../facts.ts'
import type { Log } from '../log/log.ts'
import type { LegacyHash } from './legacy-hash.ts'

/** A hash that stands for all of its form and parameters, and what checks it. */
export interface HashForm {
  stand: string
  verifier: LegacyHash
}

/** The forms of stored hashes that the accounts of an app have, beside today's. */
export interface HashForms {
  /** The form of a stored hash; `null` where no verifier reads it. */
  formOf(stored: string): HashForm | null
  /** Remembers a form for every process and across restarts. Never rejects. */
  remember(form: HashForm): Promise<void>
  /** Every form that was met by any process, a minute ago at the latest. Never rejects. */
  known(): Promise<readonly HashForm[]>
}

/** What {@link createHashForms} works on. */
export interface HashFormsParts {
  verifiers: readonly LegacyHash[]
  facts: FactStore
  log: Log
}

/** Each is checked at every wrong password. Accounts of one app have one or two. */
const mostForms = 8
/** How soon a process learns of a form that another one imported. */
const refreshMillis = 60_000

/**
 * Creates it. The forms are facts of the storage, numbered in the order in which they were met, so that two processes agree about
 * each. What is stored has the parameters of a hash and nothing of its salt or digest.
 */
export function createHashForms({ verifiers, facts, log }: HashFormsParts): HashForms {
  const found = new Map<string, HashForm>()
  let next = 0
  let refreshed: { at: number; done: Promise<void> } | null = null

  function formOf(stored: string): HashForm | null {
    const verifier = verifiers.find(({ reads }) => reads(stored))
    if (!verifier) return null
    const stand = standsFor(stored).find((text) => verifier.reads(text))
    // One that cannot be told without the hash itself is known to this process alone, by the first that it met.
    const kept = [...found.values()].find((form) => form.verifier === verifier && !isStand(form.stand))
    return { verifier, stand: stand ?? kept?.stand ?? stored }
  }

  function add(stand: string): void {
    const verifier = verifiers.find(({ reads }) => reads(stand))
    if (verifier && found.size < mostForms) found.set(stand, { stand, verifier })
  }

  /** Reads the facts that were added since, and adds one of its own after them. */
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
      // Also where it could not be stored.
      add(stand)
    },
    async known() {
      const now = performance.now()
      if (verifiers.length > 0 && (!refreshed || now - refreshed.at > refreshMillis))
        refreshed = { at: now, done: read(null).catch(warn) }
      await refreshed?.done
      return [...found.values()]
    },
  }
}

/** As long as base64 of 16 bytes: one length for all, so that salts of many lengths are one form. */
const noSalt = 'A'.repeat(22)

/** A hash without its digest, and without its salt where that is a part of its own. */
function standsFor(stored: string): string[] {
  const parts = stored.split('$')
  const digest = blank(parts.at(-1) ?? '')
  return [[...parts.slice(0, -2), noSalt, digest].join('$'), [...parts.slice(0, -1), digest].join('$')]
}

function blank(text: string): string {
  return text.replace(/[A-Za-z0-9+/.]/g, /^[0-9a-f]+$/.test(text) ? '0' : 'A')
}

function isStand(text: string): boolean {
  return /(?:^|\$)(?:0+|A+)$/.test(text)
}
