/** What the outside sees of one session, whether it is the model or real services that show it. */
export type Observation =
  /** A client presents a refresh token. */
  | { kind: 'presented'; by: Client }
  /** The row stepped on from this generation. */
  | { kind: 'rotated'; generation: number }
  /** A refresh was let in: the token that was presented, the one that was given for it, and what was known when it arrived. */
  | { kind: 'accepted'; generation: number; given: number; token: string; arrival: Arrival }
  /** The owner asked for the end, whether or not the request comes to anything. */
  | { kind: 'end-asked' }
  /** The row is revoked, or somebody was told that the session is over. */
  | { kind: 'ended'; now: number }
  /** Somebody was told that an end is done: from now on it counts in every process, give or take the lag of the denylist. */
  | { kind: 'acknowledged'; now: number }
  /** A process has the session in its denylist. */
  | { kind: 'denied'; process: number }
  /** What a process says to an access token. */
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

/** All that has to be remembered of what was seen to judge what comes next. */
export interface Witness {
  usedUp: number
  /** The token of each generation. */
  tokens: Readonly<Record<number, string>>
  endedAt: number | null
  acknowledgedAt: number | null
  /** The processes that know of the end: they had it in their denylist, or have refused a token by it. */
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

/** A promise that is broken, and by what. */
export interface Broken {
  promise: Promised
  by: string
}

/** Within so long the denylist is known everywhere. */
const lagSeconds = 1
/** For so long at most an access token that another process knows outlives an end which nobody could tell that process of. */
const accessSeconds = 900

/** What is remembered after an observation, and the promise that it breaks, if it does. */
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

/** What was true when a token arrives now. */
export const arrivalNow = ({ endedAt, usedUp }: Witness): Arrival => ({ ended: endedAt !== null, usedUp })
