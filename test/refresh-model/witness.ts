/** What is visible of a session from outside, whether the model or real services produce it. */
export type Observation =
  /** A client presents a refresh token. */
  | { kind: 'presented'; by: Client }
  /** The row was rotated from this generation. */
  | { kind: 'rotated'; generation: number }
  /** A refresh succeeded: the token that was presented, the one that was returned, and what was known when it arrived. */
  | { kind: 'accepted'; generation: number; given: number; token: string; arrival: Arrival }
  /** The owner requested the end, whether or not the request succeeds. */
  | { kind: 'end-asked' }
  /** The row is revoked, or a client got the response that the session has ended. */
  | { kind: 'ended'; now: number }
  /** A client got the response that an end is complete: from now on it counts in every process, apart from the lag of the denylist. */
  | { kind: 'acknowledged'; now: number }
  /** The denylist of a process contains the session. */
  | { kind: 'denied'; process: number }
  /** The response of a process to an access token. */
  | { kind: 'asked'; process: number; result: Asked; now: number }
  /** The owner has to sign in again. */
  | { kind: 'signed-out' }

export type Client = 'owner' | 'thief'
export type Asked = 'in' | 'expired' | 'revoked'

/** What was true of the session when a refresh token arrived. */
export interface Arrival {
  ended: boolean
  /** The latest generation whose token was used up; -1 before the first. */
  usedUp: number
}

/** The history that is needed to judge further observations. */
export interface Witness {
  usedUp: number
  /** The token of each generation. */
  tokens: Readonly<Record<number, string>>
  endedAt: number | null
  acknowledgedAt: number | null
  /** The processes that know of the end: their denylist contained it, or they have refused a token because of it. */
  knowing: readonly number[]
  stolen: boolean
  endAsked: boolean
}

export const noWitness: Witness = {
  usedUp: -1,
  tokens: {},
  endedAt: null,
  acknowledgedAt: null,
  knowing: [],
  stolen: false,
  endAsked: false,
}

/** The promises of the model, by name. */
const promises = {
  one: 'at most one live generation',
  never: 'a revoked session never returns',
  honest: 'no honest client is signed out but by a theft',
} as const

export type Promised = keyof typeof promises

/** A broken promise, and the observation that breaks it. */
export interface Broken {
  promise: Promised
  by: string
}

/** The time within which the denylist is known everywhere. */
const lagSeconds = 1
/** The maximum time that an access token known to another process outlives an end that no one could report to that process. */
const accessSeconds = 900

/** The history after an observation, and the promise that it breaks, if any. */
export function observe(seen: Witness, what: Observation): { seen: Witness; broken: Broken | null } {
  const next = (change: Partial<Witness>): Witness => ({ ...seen, ...change })
  const fine = (change: Partial<Witness>) => ({ seen: next(change), broken: null })
  const broken = (promise: Promised, by: string) => ({ seen, broken: { promise, by } })
  switch (what.kind) {
    case 'presented':
      return fine({ stolen: seen.stolen || what.by === 'thief' })
    case 'rotated':
      if (what.generation <= seen.usedUp)
        return broken('one', `generation ${what.generation} was traded twice`)
      return fine({ usedUp: what.generation })
    case 'accepted':
      return accepted(seen, what) ?? fine({ tokens: { ...seen.tokens, [what.given]: what.token } })
    case 'end-asked':
      return fine({ endAsked: true })
    case 'ended':
      return fine({ endedAt: seen.endedAt ?? what.now })
    case 'acknowledged':
      return fine({ acknowledgedAt: seen.acknowledgedAt ?? what.now })
    case 'denied':
      return fine({ knowing: [...new Set([...seen.knowing, what.process])].sort() })
    case 'asked':
      if (what.result === 'revoked')
        return fine({ knowing: [...new Set([...seen.knowing, what.process])].sort() })
      if (what.result === 'expired' || seen.endedAt === null) return fine({})
      if (seen.knowing.includes(what.process))
        return broken('never', `process ${what.process} let in a token of a session that it knew to be over`)
      if (seen.acknowledgedAt !== null && what.now - seen.acknowledgedAt > lagSeconds)
        return broken('never', `process ${what.process} was not told of an end`)
      if (what.now - seen.endedAt > accessSeconds)
        return broken('never', 'an access token outlived its session by more than its life')
      return fine({})
    case 'signed-out':
      if (seen.stolen || seen.endAsked) return fine({})
      return broken('honest', 'the owner has to sign in again, though nobody else had a token')
  }
}

function accepted(
  seen: Witness,
  { generation, given, token, arrival }: Extract<Observation, { kind: 'accepted' }>,
): { seen: Witness; broken: Broken } | null {
  const broken = (promise: Promised, by: string) => ({ seen, broken: { promise, by } })
  if (arrival.ended) return broken('never', 'a refresh token of a session that was over was traded')
  if (generation < arrival.usedUp)
    return broken('one', `a token of generation ${generation} was let in after ${arrival.usedUp} was used up`)
  const known = seen.tokens[given]
  if (known !== undefined && known !== token) return broken('one', `generation ${given} has two tokens`)
  return null
}

/** What is true when a token arrives now. */
export const arrivalNow = ({ endedAt, usedUp }: Witness): Arrival => ({ ended: endedAt !== null, usedUp })
