import type { Turn } from '../fair-queue.ts'
import type { ClientInfo } from '../viewer.ts'
import { addressKey, networkKey } from './client-address.ts'

/** Who tries a password, as far as it matters for counting and waiting. */
export type Guesser =
  /** Somebody signed in who confirms a change; without a session they count by account. */
  | { kind: 'session'; userId: string; sessionId: string | null }
  /** A device on which this account has signed in before. */
  | { kind: 'device'; userId: string; deviceId: string }
  /** Anybody else. `login` is what was typed, folded, and not the account: so nobody learns which logins belong together. */
  | { kind: 'stranger'; login: string; client: ClientInfo }

/** A counter of wrong passwords: its limit, and whom it counts. */
export type PasswordCounter = readonly [
  name: 'passwordBySession' | 'passwordByDevice' | 'passwordByClient' | 'passwordByAccount',
  subject: string,
]

/**
 * What a guess counts under, in this order. Strangers come to the counter that they share with all others only if their own
 * lets them: so one client can lock itself alone.
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

/** Whose turn a guess waits for: those who are known go first, each account in a line of its own; strangers share. */
export function turnOf(guesser: Guesser): Turn {
  return guesser.kind === 'stranger'
    ? { key: networkKey(guesser.client.address ?? '') }
    : { key: guesser.userId, lane: 'first' }
}
