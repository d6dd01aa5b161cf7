import { createHash } from 'node:crypto'
import type { Log } from '../log/log.ts'
import { isArgon2 } from './argon2-hash.ts'
import type { HashForms } from './hash-forms.ts'
import type { LegacyHash } from './legacy-hash.ts'

/** Whether a password is right, and whether its hash should be replaced by a new one. */
export interface HashMatch {
  matches: boolean
  upgrade: boolean
}

/** Checks passwords against stored hashes of every form. */
export interface HashCheck {
  /** Whether some verifier reads this hash. */
  reads(stored: string): boolean
  /** Remembers the form of a hash that is about to be stored. Never rejects. */
  expect(stored: string): Promise<void>
  /**
   * Checks a password; never rejects. One that is wrong costs the same whatever is stored: argon2 once, and each other form
   * that was met once, against the hash itself or against one that stands for it.
   */
  check(password: string, stored: string | null): Promise<HashMatch>
}

/** What a {@link HashCheck} is made of. */
export interface HashCheckParts {
  /** Computes argon2 of any parameters. */
  argon2: LegacyHash['verify']
  /** What hashes of today's parameters begin with. */
  ownPrefix: string
  /** A hash of today's parameters that no password matches. */
  nobody: string
  forms: HashForms
  log: Log
}

const wrong: HashMatch = Object.freeze({ matches: false, upgrade: false })
/** So many different hashes are reported in the life of a process. */
const reportedMost = 100

/** Creates the hash check of one Kith instance. */
export function createHashCheck({ argon2, ownPrefix, nobody, forms, log }: HashCheckParts): HashCheck {
  const reported = new Set<string>()

  /** By a digest, so that a broken hash is reported once and not at each guess. */
  function report(stored: string, reason: string, cause?: string): void {
    const name = createHash('sha256').update(stored).digest('base64')
    if (reported.size >= reportedMost || reported.has(name)) return
    reported.add(name)
    log.warn('password.hash-unreadable', {
      message: `A stored password hash ${reason}: nobody can sign in with it.`,
      fields: { cause },
      // Each of them, not how often.
      kind: name,
    })
  }

  async function verify(verifier: LegacyHash['verify'], password: string, stored: string): Promise<boolean> {
    try {
      return await verifier(password, stored)
    } catch (error) {
      // The error of a native library may quote the hash.
      report(stored, 'cannot be checked', error instanceof Error ? error.name : typeof error)
      return false
    }
  }

  return {
    reads: (stored) => isOwn(stored, ownPrefix) || forms.formOf(stored) !== null,
    async expect(stored) {
      const form = isOwn(stored, ownPrefix) ? null : forms.formOf(stored)
      if (form) await forms.remember(form)
    },
    async check(password, stored) {
      const own = stored !== null && isOwn(stored, ownPrefix)
      const form = own || stored === null ? null : forms.formOf(stored)
      if (own && (await verify(argon2, password, stored))) return { matches: true, upgrade: false }
      if (form && stored !== null && (await verify(form.verifier.verify, password, stored)))
        return { matches: true, upgrade: true }
      if (stored !== null && !own && !form) report(stored, 'is of no form that `passwords.legacy` reads')
      if (form) await forms.remember(form)
      if (!own) await verify(argon2, password, nobody)
      for (const { verifier, stand } of await forms.known()) {
        if (stand !== form?.stand) await verify(verifier.verify, password, stand)
      }
      return wrong
    },
  }
}

function isOwn(stored: string, ownPrefix: string): boolean {
  return stored.startsWith(ownPrefix) && isArgon2(stored)
}
