import type { ServerControl } from '../servers/server-process.ts'

/** A server that is down is noticed by its clients; a frozen one, only by waiting. */
export const downMillis = 1_500
/** Longer than any request may wait. */
export const frozenMillis = 5_500

/** The display names of the servers behind a fleet. */
export const names = { redis: 'Redis', mongo: 'MongoDB' } as const

/** What tests can do to a server that they started. */
export function controlOf({ control }: { control: ServerControl | null }): ServerControl {
  if (!control) throw new Error('The server is not ours to kill')
  return control
}
