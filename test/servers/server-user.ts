import { execFileSync } from 'node:child_process'
import type { SystemUser } from './guard.ts'

/** Who runs servers that refuse to be run by root: null where that is not needed. */
export function serverUser(): SystemUser | null {
  if (process.getuid?.() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    try {
      const ask = (what: string): number => Number(execFileSync('id', [what, name], { stdio: 'pipe' }))
      return { uid: ask('-u'), gid: ask('-g') }
    } catch {
      // The next name.
    }
  }
  return null
}
