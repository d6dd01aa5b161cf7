import { createHash } from 'node:crypto'
import type { Log } from '../log/log.ts'
import { isArgon2 } from './argon2-hash.ts'
import type { HashForms } from './hash-forms.ts'
import type { LegacyHash } from './legacy-hash.ts'

/** Whether a password is right, and whether to replace its hash. */
export interface HashMatch {
  matches: boolean
  upgrade: boolean
}

/** Checks passwords against stored hashes of every format. */
export interface HashCheck {
  /** Whether a verifier supports this hash. */
  reads(stored: string): boolean
  /** Remembers the format of a hash that is about to be stored. Never rejects. */
  expect(stored: string): Promise<void>
  /**
   * Checks a password; never rejects. A wrong password costs the same whatever is stored: argon2 once, and each other
   * known format once, against the hash itself or a stand-in.
   */
  check(password: string, stored: string | null): Promise<HashMatch>
}

/** The dependencies of a {@link HashCheck}. */
export interface HashCheckParts {
  /** Computes argon2 with any parameters. */
  argon2: LegacyHash['verify']
  /** The prefix of hashes with the current parameters. */
  ownPrefix: string
  /** A hash with the current parameters that no password matches. */
  nobody: string
  forms: HashForms
  log: Log
}

const wrong: HashMatch = Object.freeze({ matches: false, upgrade: false })
/** How many different hashes are reported during the life of a process. */
const reportedMost = 100

/** Creates the hash check of one Kith instance. */
export function createHashCheck({ argon2, ownPrefix, nobody, forms, log }: HashCheckParts): HashCheck {
  const reported = new Set<string>()

  /** By a digest, so that a broken hash is reported once and not for each attempt. */
  function report(stored: string, reason: string, cause?: string): void {
    const name = createHash('sha256').update(stored).digest('base64')
    if (reported.size >= reportedMost || reported.has(name)) return
    reported.add(name)
    log.warn('password.hash-unreadable', {
      message: `A stored password hash ${reason}: nobody can sign in with it.`,
      fields: { cause },
      // Each hash once, not every occurrence.
      kind: name,
    })
  }

  async function verify(verifier: LegacyHash['verify'], password: string, stored: string): Promise<boolean> {
    try {
      return await verifier(password, stored)
    } catch (error) {
      // The error of a native library may contain the hash.
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
      if (stored !== null && !own && !form) report(stored, 'has no format that `passwords.legacy` supports')
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
