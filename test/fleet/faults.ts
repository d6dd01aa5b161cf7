import type { ServerControl } from '../servers/server-process.ts'

/** What is down is noticed by those who use it; what is frozen, only by waiting. */
export const downMillis = 1_500
/** Longer than any request may wait. */
export const frozenMillis = 5_500

/** What is behind a fleet, as people call it. */
export const names = { redis: 'Redis', mongo: 'MongoDB' } as const

/** What tests do to a server that they started. */
export function controlOf({ control }: { control: ServerControl | null }): ServerControl {
  if (!control) throw new Error('The server is not ours to kill')
  return control
}
