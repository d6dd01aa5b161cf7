import { execFileSync } from 'node:child_process'
import type { SystemUser } from './guard.ts'

/** The user for servers that refuse to run as root: null if none is needed. */
export function serverUser(): SystemUser | null {
  if (process.getuid?.() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    try {
      const ask = (what: string): number => Number(execFileSync('id', [what, name], { stdio: 'pipe' }))
      return { uid: ask('-u'), gid: ask('-g') }
    } catch {
      // Try the next name.
    }
  }
  return null
}
