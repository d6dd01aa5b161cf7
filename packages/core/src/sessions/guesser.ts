import type { Turn } from '../fair-queue.ts'
import type { ClientInfo } from '../viewer.ts'
import { addressKey, networkKey } from './client-address.ts'

/** Who tries a password, as far as counting and queueing are concerned. */
export type Guesser =
  /** A signed-in caller who confirms a change; counts by account if there is no session. */
  | { kind: 'session'; userId: string; sessionId: string | null }
  /** A device on which this account has signed in before. */
  | { kind: 'device'; userId: string; deviceId: string }
  /**
   * Everyone else. `login` is the typed string, folded, and not the account: this hides which logins belong together.
   */
  | { kind: 'stranger'; login: string; client: ClientInfo }

/** A counter of wrong passwords: its limit, and its subject. */
export type PasswordCounter = readonly [
  name: 'passwordBySession' | 'passwordByDevice' | 'passwordByClient' | 'passwordByAccount',
  subject: string,
]

/**
 * The counters of a guess, in this order. Strangers reach the counter that they share with all others only if their own
 * allows it: so one client can lock out only itself.
 */
export function countersOf(guesser: Guesser): readonly PasswordCounter[] {
  switch (guesser.kind) {
    case 'session':
      return [['passwordBySession', guesser.sessionId ?? guesser.userId]]
    case 'device':
      return [['passwordByDevice', `${guesser.userId} ${guesser.deviceId}`]]
    case 'stranger': {
      const { login, client } = guesser
      return [
        ['passwordByClient', `${addressKey(client.address ?? '')} ${login}`],
        ['passwordByAccount', login],
      ]
    }
  }
}

/** The queue for a guess: known callers go first, each account in its own line; strangers share one. */
export function turnOf(guesser: Guesser): Turn {
  return guesser.kind === 'stranger'
    ? { key: networkKey(guesser.client.address ?? '') }
    : { key: guesser.userId, lane: 'first' }
}
