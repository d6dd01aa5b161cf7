import { isKithError, type Kith, type Refreshed, type SignIn } from '@kith/core'
import type { SessionRecord, UserRecord } from '@kith/core/ports'
import { nextId, sampleUser } from '../kit-samples.ts'
import { type GatedCall, startGated } from './calls.ts'
import { type Action, type CallKind, type ProcessId, processIds } from './model.ts'
import type { Processes } from './processes.ts'
import {
  arrivalNow,
  type Arrival,
  type Broken,
  type Client,
  noWitness,
  type Observation,
  observe,
} from './witness.ts'

interface RealCall {
  kind: CallKind
  by: Client
  process: ProcessId
  gated: GatedCall
  generation: number
  arrival: Arrival | null
}

interface Held {
  generation: number
  tokens: SignIn['tokens']
}

/** A session of real services, with its clients. */
export interface RealSession {
  /** Carries out the action, and returns what was visible, and the first promise that it breaks. */
  take(action: Action): Promise<{ shown: string; broken: Broken | null }>
}

/** Opens a session of a new account. */
export async function openSession(processes: Processes): Promise<RealSession> {
  let seen = noWitness
  let broken: Broken | null = null
  processes.watchedBy(see)
  const user = sampleUser({ id: nextId(), sessionEpoch: 0, bannedAt: null })
  await processes.storage().users.create(user)
  const opened = await processes.kith(0).sessions.open(user.id)
  const [sessionId, userId] = [opened.session.id, user.id]
  const clients: { owner: Held; thief: Held | null } = {
    owner: { generation: 0, tokens: opened.tokens },
    thief: null,
  }
  let calls: RealCall[] = []
  let backup: { user: UserRecord; session: SessionRecord | null } | null = null

  function see(what: Observation): void {
    const result = observe(seen, what)
    seen = result.seen
    broken ??= result.broken
  }

  const heldBy = (by: Client): Held => clients[by] ?? clients.owner
  const verbs: Record<CallKind, (kith: Kith, held: Held) => Promise<unknown>> = {
    refresh: ({ sessions }, { tokens }) => sessions.refresh(tokens.refreshToken),
    logout: ({ sessions }) => sessions.logout({ userId, sessionId }),
    endAll: ({ sessions }) => sessions.endAll(userId),
  }

  async function begin({
    call: kind,
    by,
    process,
  }: Extract<Action, { kind: 'begin' | 'whole' }>): Promise<string> {
    const held = heldBy(by)
    const gated = startGated(() => verbs[kind](processes.kith(process), held))
    calls.push({ kind, by, process, gated, generation: held.generation, arrival: null })
    see(kind === 'refresh' ? { kind: 'presented', by } : { kind: 'end-asked' })
    return await placeOf(gated)
  }

  function callAt(index: number): RealCall {
    const call = calls[index]
    if (!call) throw new Error('No call is under way at that place')
    return call
  }

  async function step(index: number): Promise<string> {
    const call = callAt(index)
    const place = await call.gated.next()
    if (place === null) return await answer(index)
    if (place === 'rotate') call.arrival = arrivalNow(seen)
    call.gated.step()
    return await placeOf(call.gated)
  }

  async function answer(index: number): Promise<string> {
    const { gated, kind, by, generation, arrival } = callAt(index)
    calls.splice(index, 1)
    const outcome = await outcomeOf(gated)
    if (outcome === 'tokens') {
      const { tokens } = (await gated.result()) as Refreshed
      const held = { generation: generationOf(tokens.refreshToken), tokens }
      if (!arrival) throw new Error('A refresh was answered that never looked at the row')
      const [given, token] = [held.generation, tokens.refreshToken]
      see({ kind: 'accepted', generation, given, token, arrival })
      if (by === 'thief' || given >= clients.owner.generation) clients[by] = held
    } else {
      const now = processes.lived()
      see({ kind: 'ended', now })
      if (outcome !== 'revoked') see({ kind: 'acknowledged', now })
      if (kind === 'refresh' && by === 'owner') see({ kind: 'signed-out' })
    }
    return `answer: ${outcome}`
  }

  /** Every process reads its clock, as a server does all the time. */
  async function look(): Promise<void> {
    for (const process of processIds) await processes.kith(process).sessions.list(userId, { limit: 1 })
  }

  async function finish(index: number, begun = ''): Promise<string> {
    let shown = begun
    while (!shown.startsWith('answer: ')) shown = await step(index)
    return shown
  }

  async function ask(by: Client, process: ProcessId): Promise<string> {
    const { accessToken } = heldBy(by).tokens
    const result = await processes
      .kith(process)
      .sessions.authenticate(accessToken)
      .then(() => 'in' as const, askedOf)
    see({ kind: 'asked', process, result, now: processes.lived() })
    return result
  }

  async function restore(): Promise<void> {
    see({ kind: 'end-asked' })
    calls = []
    if (backup) await processes.restore(backup.user, backup.session)
    backup = null
  }

  /** Steps that show nothing by themselves. */
  async function happen(action: Action): Promise<void> {
    if (action.kind === 'lose') calls.splice(action.call, 1)
    if (action.kind === 'steal') clients.thief = clients.owner
    if (action.kind === 'deliver') processes.deliver(action.process)
    if (action.kind === 'pass') {
      processes.pass(action.seconds)
      for (const process of processIds) processes.deliver(process)
      await look()
    }
    if (action.kind === 'set') {
      processes.setClock(action.seconds)
      await look()
    }
    if (action.kind === 'crash') {
      calls = calls.filter(({ process }) => process !== action.process)
      processes.crash(action.process)
    }
    if (action.kind === 'backup') {
      const { users, sessions } = processes.storage()
      backup = { user: (await users.byId(userId)) ?? user, session: await sessions.byId(sessionId) }
    }
    if (action.kind === 'restore') await restore()
  }

  async function act(action: Action): Promise<string> {
    if (action.kind === 'begin') return await begin(action)
    if (action.kind === 'whole') return await finish(calls.length, await begin(action))
    if (action.kind === 'step') return await step(action.call)
    if (action.kind === 'finish') return await finish(action.call)
    if (action.kind === 'ask') return await ask(action.by, action.process)
    await happen(action)
    return ''
  }

  return {
    async take(action) {
      broken = null
      return { shown: await act(action), broken }
    },
  }
}

async function placeOf(gated: GatedCall): Promise<string> {
  return (await gated.next()) ?? (await outcomeOf(gated))
}

const outcomes: Readonly<Record<string, string>> = {
  'refresh-token-reused': 'reused',
  'session-revoked': 'revoked',
}

async function outcomeOf({ result }: GatedCall): Promise<string> {
  try {
    return (await result()) === undefined ? 'done' : 'tokens'
  } catch (error) {
    if (!isKithError(error)) throw error
    return outcomes[error.code] ?? error.code
  }
}

function askedOf(error: unknown): 'expired' | 'revoked' {
  if (isKithError(error) && error.code === 'access-token-expired') return 'expired'
  if (isKithError(error) && error.code === 'session-revoked') return 'revoked'
  throw error
}

function generationOf(refreshToken: string): number {
  const payload = Buffer.from(refreshToken.split('.')[1] ?? '', 'base64url').toString()
  return (JSON.parse(payload) as { gen: number }).gen
}
