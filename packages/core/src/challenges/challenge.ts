/** What a client has to solve to show that it is not a script. */
export interface Puzzle {
  /** The kind of challenge: `altcha`, `turnstile`, `hcaptcha`, or one of the app's own. */
  kind: string
  /** The parameters of the widget for that kind. */
  parameters: Readonly<Record<string, unknown>>
  /** When it expires; ISO 8601, UTC. */
  expiresAt: string
}

/** The context of every call to a {@link Challenge}. */
export interface ChallengeContext {
  now: Date
  /** Secrets for signing, the current one first: the same in every process, and otherwise unknown. */
  keys: readonly string[]
}

/** The id of a new puzzle. */
export interface Posing extends ChallengeContext {
  /** {@link Challenge.check} has to return it. */
  id: string
  expiresAt: Date
}

/** A response to check. */
export interface Checking extends ChallengeContext {
  /** The IP address of the client, if known. */
  address: string | null
  /** Aborts when the caller stops waiting. */
  signal: AbortSignal
}

/** A valid solution. */
export interface Solved {
  /** The id of the puzzle; `null` if the service ensures that a solution counts once. */
  id: string | null
}

/** Tells people from scripts. Stores nothing: each process can check puzzles of another one. */
export interface Challenge {
  readonly kind: string
  /** Who ensures that a solution counts once: `kith` by the `id`, or the `service` that checks it. */
  readonly once: 'kith' | 'service'
  /** What a client needs to solve one: JSON, signed with the first of the keys if Kith counts solutions. */
  pose(posing: Posing): Promise<Readonly<Record<string, unknown>>>
  /**
   * Whether a solution solves an unexpired puzzle that was signed with one of these keys, by `now`; `null` if not,
   * whatever a stranger sends. Rejects if that cannot be determined, for example if a service is down, or did not
   * respond before `signal` aborted. A service accepts a solution once, in all processes.
   */
  check(answer: string, checking: Checking): Promise<Solved | null>
}
