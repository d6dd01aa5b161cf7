/** What a client solves to show that no script calls. */
export interface Puzzle {
  /** How it is solved: `altcha`, `turnstile`, `hcaptcha`, or a name of the app's own. */
  kind: string
  /** What the widget of that kind takes. */
  parameters: Readonly<Record<string, unknown>>
  /** Until when; ISO 8601, UTC. */
  expiresAt: string
}

/** What every call of a {@link Challenge} is given. */
export interface ChallengeContext {
  now: Date
  /** Secrets for signing, the current one first: the same in every process, and known to nobody else. */
  keys: readonly string[]
}

/** What names a puzzle that is posed. */
export interface Posing extends ChallengeContext {
  /** For {@link Challenge.check} to return. */
  id: string
  expiresAt: Date
}

/** A response that is to be checked. */
export interface Checking extends ChallengeContext {
  /** The IP address of the client, where it is known. */
  address: string | null
  /** Aborts when nobody waits any more. */
  signal: AbortSignal
}

/** A solution that is right. */
export interface Solved {
  /** That of the puzzle; `null` where the service makes sure that a solution counts once. */
  id: string | null
}

/** Tells people from scripts. Stores nothing: each process can check what another one has posed. */
export interface Challenge {
  readonly kind: string
  /** Who makes sure that a solution counts once: `kith` by the `id`, or the `service` that checks it. */
  readonly once: 'kith' | 'service'
  /** What a client needs to solve one. */
  pose(posing: Posing): Promise<Readonly<Record<string, unknown>>>
  /**
   * Whether a solution solves a puzzle that was posed by these keys and has not expired; `null` if not. Rejects where
   * that cannot be known, as where a service is away.
   */
  check(answer: string, checking: Checking): Promise<Solved | null>
}
