import type { Challenge, Puzzle } from '@kith/core/ports'

/** A challenge, and who solves it, as the cases need them. */
export interface ChallengeHost {
  readonly challenge: Challenge
  /** The same challenge, as another process of the app creates it. */
  readonly other: Challenge
  readonly client: ChallengeClient
}

/** A client of the app, and the service that it solves puzzles with, if there is one. */
export interface ChallengeClient {
  /** Solves a puzzle as the widget does. Every solution is new. */
  solve(parameters: Puzzle['parameters']): Promise<string>
  /** Makes the service that checks solutions unreachable, or reachable again; `null` if there is none. */
  readonly setDown: ((isDown: boolean) => Promise<void>) | null
}
