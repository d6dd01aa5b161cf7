import {
  arrivalNow,
  type Arrival,
  type Asked,
  type Broken,
  type Client,
  noWitness,
  type Observation,
  observe,
  type Witness,
} from './witness.ts'
import type { Rules } from './rules.ts'

/** Two processes serve one session. */
export type ProcessId = 0 | 1
export const processIds = [0, 1] as const

/** The row of the session. */
interface Row {
  generation: number
  /** When the refresh arrived that created the generation, in seconds of real time. */
  rotatedAt: number
  /** Distinguishes two rotations that created the same generation. */
  stamp: number
  /** Whether the clock was set since. */
  setSince: boolean
  revoked: boolean
}

/** The next part of a call: each is one step of the storage or of the denylist, or the response to the client. */
type Place = 'check' | 'rotate' | 'account' | 'raise' | 'revoke' | 'revokeAll' | 'deny' | 'answer'

export type CallKind = 'refresh' | 'logout' | 'endAll'

/** The final response to a client. */
type Outcome = 'tokens' | 'reused' | 'revoked' | 'done'

/** A running call. */
interface ModelCall {
  kind: CallKind
  by: Client
  process: ProcessId
  /** The generation of its token. */
  generation: number
  /** When it arrived: this time determines its grace, and that of the generation that it creates. */
  begunAt: number
  /** Whether the clock was set since. */
  setSince: boolean
  at: Place
  arrival: Arrival | null
  outcome: Outcome | null
  given: Held | null
}

/** The tokens of a client. */
interface Held {
  generation: number
  stamp: number
  /** Which access token it is, and when it expires by the clock. */
  access: number
  expires: number
}

/** The memory of a process. */
interface Process {
  /** The generation that it has rotated to itself, with the time. */
  rotated: { generation: number; at: number } | null
  /** The access tokens that it has seen, with the times. */
  known: readonly { access: number; since: number }[]
  /** Until when its denylist contains the session. */
  deniedUntil: number | null
}

/** The complete state: the row, the processes, the clients, the clock, and the history that matters. */
export interface World {
  /** Seconds of real time. */
  now: number
  /** The difference between the clock and that. */
  offset: number
  wasSet: boolean
  row: Row | null
  /** Whether a new epoch has ended all sessions of the account. */
  epochIsOver: boolean
  backup: { row: Row | null; epochIsOver: boolean } | null
  processes: readonly [Process, Process]
  /** The denylist that the processes share. */
  deniedUntil: number | null
  calls: readonly ModelCall[]
  owner: Held
  thief: Held | null
  /** Numbers the access tokens, and the rotations. */
  made: number
  seen: Witness
}

export type Action =
  | { kind: 'begin'; call: CallKind; by: Client; process: ProcessId }
  | { kind: 'whole'; call: CallKind; by: Client; process: ProcessId }
  /** The next step of a call, or its response as the last one. */
  | { kind: 'step'; call: number }
  /** All remaining steps of a call, and its response. */
  | { kind: 'finish'; call: number }
  /** The response of a call is lost. */
  | { kind: 'lose'; call: number }
  | { kind: 'ask'; by: Client; process: ProcessId }
  | { kind: 'steal' }
  /** A process receives the denylist. */
  | { kind: 'deliver'; process: ProcessId }
  | { kind: 'pass' | 'set'; seconds: number }
  /** A process dies, and a new one replaces it. */
  | { kind: 'crash'; process: ProcessId }
  | { kind: 'backup' }
  /** Both processes stop, the backup replaces the storage, and `kith.restored` runs. */
  | { kind: 'restore' }

/** A possible result of an action: what is visible from outside, and the promise that it breaks. */
export interface Step {
  world: World
  /** The position of the call afterwards, or its response. It is the same in the model and with real services. */
  shown: string
  broken: Broken | null
}

const [accessSeconds, deniedSeconds] = [900, 960]

const asleep: Process = { rotated: null, known: [], deniedUntil: null }

/** A new session with one client. */
export function newWorld(): World {
  return {
    now: 0,
    offset: 0,
    wasSet: false,
    row: { generation: 0, rotatedAt: 0, stamp: 0, setSince: false, revoked: false },
    epochIsOver: false,
    backup: null,
    processes: [asleep, asleep],
    deniedUntil: null,
    calls: [],
    owner: { generation: 0, stamp: 0, access: 0, expires: accessSeconds },
    thief: null,
    made: 0,
    seen: noWitness,
  }
}

/** A world that an action changes. Its changes are made on copies. */
class Change {
  world: World
  broken: Broken | null = null
  shown = ''

  constructor(world: World) {
    this.world = world
  }

  set(change: Partial<World>): void {
    this.world = { ...this.world, ...change }
  }

  process(id: ProcessId, change: Partial<Process>): void {
    const [one, other] = this.world.processes
    this.set({
      processes: id === 0 ? [{ ...one, ...change }, other] : [one, { ...other, ...change }],
    })
  }

  call(index: number, change: Partial<ModelCall> | null): void {
    this.set({
      calls: this.world.calls.flatMap((call, place) => {
        if (place !== index) return [call]
        return change ? [{ ...call, ...change }] : []
      }),
    })
  }

  row(change: Partial<Row>): void {
    if (this.world.row) this.set({ row: { ...this.world.row, ...change } })
  }

  see(what: Observation): void {
    const { seen, broken } = observe(this.world.seen, what)
    this.set({ seen })
    this.broken ??= broken
  }
}

const beginnings = { refresh: 'rotate', logout: 'revoke', endAll: 'raise' } as const

/** All possible results of an action, by the rules of Kith or others. The action must be one from {@link actionsOf}. */
export function take(world: World, action: Action, rules: Rules): Step[] {
  if (action.kind === 'whole') {
    const begun = take(world, { ...action, kind: 'begin' }, rules)
    return begun.flatMap((step) => finish(step, world.calls.length, rules))
  }
  if (action.kind === 'finish') return finish({ world, shown: '', broken: null }, action.call, rules)
  if (action.kind === 'step') return stepCall(world, action.call, rules)
  const change = new Change(world)
  const { now } = world
  switch (action.kind) {
    case 'begin': {
      const { call: kind, by, process } = action
      const { generation } = by === 'owner' ? world.owner : (world.thief ?? world.owner)
      const at = kind === 'refresh' && !rules.rotatesAtomically ? 'check' : beginnings[kind]
      const call: ModelCall = {
        ...{ kind, by, process, generation, begunAt: now, setSince: false, at },
        ...{ arrival: null, outcome: null, given: null },
      }
      change.set({ calls: [...world.calls, call] })
      if (kind === 'refresh') change.see({ kind: 'presented', by })
      else change.see({ kind: 'end-asked' })
      change.shown = at === 'check' ? 'rotate' : at
      break
    }
    case 'lose':
      change.call(action.call, null)
      break
    case 'ask':
      ask(change, action, rules)
      break
    case 'steal':
      change.set({ thief: world.owner })
      break
    case 'deliver':
      deliver(change, action.process)
      break
    case 'pass':
      change.set({ now: now + action.seconds })
      // Longer than the denylist takes to reach any process.
      for (const process of processIds) deliver(change, process)
      break
    case 'set':
      change.set({ offset: world.offset + action.seconds, wasSet: true })
      change.row({ setSince: true })
      change.set({ calls: world.calls.map((call) => ({ ...call, setSince: true })) })
      break
    case 'crash':
      crash(change, action.process)
      break
    case 'backup':
      change.set({ backup: { row: world.row, epochIsOver: world.epochIsOver } })
      break
    case 'restore':
      change.see({ kind: 'end-asked' })
      for (const process of processIds) crash(change, process)
      change.set({ ...(world.backup ?? {}), backup: null })
      if (rules.restoredRemoves) change.set({ row: null })
      break
  }
  return [{ world: change.world, shown: change.shown, broken: change.broken }]
}

/** All possible results of a call that runs to its end. */
function finish(step: Step, index: number, rules: Rules): Step[] {
  if (step.broken || step.shown.startsWith('answer: ')) return [step]
  return take(step.world, { kind: 'step', call: index }, rules).flatMap((next) => finish(next, index, rules))
}

function stepCall(world: World, index: number, rules: Rules): Step[] {
  const call = world.calls[index]
  if (!call) return []
  const changes =
    call.at === 'rotate' ? rotate(world, index, rules) : [takeStep(new Change(world), index, { call, rules })]
  return changes.map(({ world: next, shown, broken }) => {
    const at = next.calls[index]?.at
    const settled = next.calls[index]?.outcome ?? ''
    const now = at === 'answer' ? settled : at
    return { world: next, shown: shown || (now ?? ''), broken }
  })
}

function takeStep(change: Change, index: number, { call, rules }: { call: ModelCall; rules: Rules }): Change {
  const { world } = change
  const { row, now } = world
  switch (call.at) {
    case 'check':
      change.call(index, { at: 'rotate', arrival: arrivalNow(world.seen), given: fromRow(world) })
      break
    case 'account':
      if (call.outcome === 'tokens' && world.epochIsOver)
        change.call(index, { at: 'revoke', outcome: 'revoked', given: null })
      else if (call.outcome === 'tokens' && call.given)
        // The tokens are signed only now: their life begins here, however long ago the row was stepped.
        change.call(index, { at: 'answer', given: { ...call.given, expires: expiryOf(world) } })
      else change.call(index, { at: rules.reuseEnds ? 'revoke' : 'answer' })
      break
    case 'raise':
      change.set({ epochIsOver: true })
      change.see({ kind: 'ended', now })
      change.call(index, { at: 'deny' })
      break
    case 'revoke':
      if (row && !row.revoked) {
        change.row({ revoked: true })
        change.see({ kind: 'ended', now })
      }
      change.call(index, { at: 'deny' })
      break
    case 'revokeAll': {
      const isLive = row !== null && !row.revoked
      if (isLive) change.row({ revoked: true })
      // Everything that this has ended is also denied by its own id.
      change.call(index, isLive ? { at: 'deny', outcome: 'done' } : { at: 'answer', outcome: 'done' })
      break
    }
    case 'deny': {
      const deniedUntil = now + deniedSeconds
      change.process(call.process, { deniedUntil })
      if (rules.mirrorIsTold) change.set({ deniedUntil })
      change.see({ kind: 'denied', process: call.process })
      if (call.kind === 'endAll' && call.outcome === null) change.call(index, { at: 'revokeAll' })
      else change.call(index, { at: 'answer', outcome: call.outcome ?? 'done' })
      break
    }
    case 'answer':
      answer(change, index, call)
      break
    case 'rotate':
      break
  }
  return change
}

/** The tokens of the current generation of the row. */
function fromRow({ row, made, now, offset }: World): Held {
  const { generation = 0, stamp = 0 } = row ?? {}
  return { generation, stamp, access: made + 1, expires: expiryOf({ now, offset }) }
}

/** When an access token expires that is signed now, by the clock. */
function expiryOf({ now, offset }: Pick<World, 'now' | 'offset'>): number {
  return now + offset + accessSeconds
}

/** The step at the row. If the clock was set, its effect on the grace is left open. */
function rotate(world: World, index: number, rules: Rules): Change[] {
  const call = world.calls[index]
  if (!call) return []
  const { row, now } = world
  const change = new Change(world)
  const arrival = call.arrival ?? arrivalNow(world.seen)
  const refused = (outcome: Outcome, at: Place): Change => {
    const next = new Change(world)
    next.call(index, { arrival, outcome, at })
    return next
  }
  if (!row || (row.revoked && rules.revokedStaysRevoked)) return [refused('revoked', 'answer')]
  const found = call.given?.generation ?? row.generation
  if (call.generation === found) {
    change.set({ made: world.made + 1 })
    const generation = found + 1
    const { begunAt: rotatedAt, setSince } = call
    change.row({ generation, rotatedAt, stamp: world.made + 1, setSince })
    change.process(call.process, { rotated: { generation, at: now } })
    change.see({ kind: 'rotated', generation: call.generation })
    return [tokens(change, index, arrival)]
  }
  if (call.generation > row.generation) return [refused('revoked', 'revoke')]
  const grace = graceOf(world, call, rules)
  const given = (): Change => {
    const next = new Change(world)
    next.set({ made: world.made + 1 })
    return tokens(next, index, arrival)
  }
  return [...(grace.mayOpen ? [given()] : []), ...(grace.mayClose ? [refused('reused', 'account')] : [])]
}

function tokens(change: Change, index: number, arrival: Arrival): Change {
  const { world } = change
  const given = { ...fromRow(world), access: world.made }
  change.call(index, { arrival, outcome: 'tokens', given, at: 'account' })
  return change
}

/** Whether a token other than the current one may get the current one, or may be refused. */
function graceOf(
  { row, now, wasSet, processes }: World,
  call: ModelCall,
  rules: Rules,
): { mayOpen: boolean; mayClose: boolean } {
  if (!row || call.generation < row.generation - rules.graceGenerations)
    return { mayOpen: false, mayClose: true }
  const { rotated } = processes[call.process]
  const isOwn = rotated?.generation === row.generation
  // A call counts by what the clock showed when it arrived.
  const clockIsPlain = isOwn ? !row.setSince && !call.setSince : !wasSet
  // The process that rotated never lets the grace last longer than it should, whatever its clock shows.
  const isInTime = call.begunAt - row.rotatedAt <= rules.graceSeconds || (isOwn && !clockIsPlain)
  const isWithin = isInTime && (!isOwn || now - rotated.at <= rules.graceSeconds)
  return { mayOpen: isWithin, mayClose: !isWithin || !clockIsPlain }
}

function answer(change: Change, index: number, call: ModelCall): void {
  const { by, outcome, given, arrival } = call
  const { now } = change.world
  change.call(index, null)
  if (outcome === 'tokens' && given && arrival) {
    const token = String(given.stamp)
    change.see({ kind: 'accepted', generation: call.generation, given: given.generation, token, arrival })
    if (by === 'thief') change.set({ thief: given })
    else if (given.generation >= change.world.owner.generation) change.set({ owner: given })
  } else {
    change.see({ kind: 'ended', now })
    if (outcome !== 'revoked') change.see({ kind: 'acknowledged', now })
    if (call.kind === 'refresh' && by === 'owner') change.see({ kind: 'signed-out' })
  }
  change.shown = `answer: ${outcome}`
}

function ask(change: Change, { by, process }: Extract<Action, { kind: 'ask' }>, rules: Rules): void {
  const { now, offset, row, epochIsOver, owner, thief, processes } = change.world
  const { access, expires } = by === 'owner' ? owner : (thief ?? owner)
  const { known, deniedUntil } = processes[process]
  const isDenied = deniedUntil !== null && deniedUntil > now
  const met = known.filter(({ since }) => now - since <= rules.knownSeconds)
  const isKnown = met.some((each) => each.access === access)
  const isExpired = expires <= now + offset
  const say = (result: Asked): void => {
    change.see({ kind: 'asked', process, result, now })
    change.shown = result
  }
  if (isExpired) {
    change.process(process, { known: met.filter((each) => each.access !== access) })
    return say('expired')
  }
  if (!isKnown) {
    if (!row || row.revoked || epochIsOver) {
      if (rules.refusalForgets) change.process(process, { known: [] })
      return say('revoked')
    }
    change.process(process, { known: [...met, { access, since: now }] })
  }
  say(isDenied ? 'revoked' : 'in')
}

function crash(change: Change, process: ProcessId): void {
  change.set({ calls: change.world.calls.filter((call) => call.process !== process) })
  change.process(process, asleep)
  deliver(change, process)
}

function deliver(change: Change, process: ProcessId): void {
  const { deniedUntil } = change.world
  if (deniedUntil === null) return
  change.process(process, { deniedUntil })
  change.see({ kind: 'denied', process })
}
