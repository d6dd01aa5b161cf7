import { type Action, processIds, type World } from './model.ts'
import { kithRules } from './rules.ts'
import { type View, views } from './views.ts'

/** What an honest owner, and the operators of the servers, are assumed to do. Without one of these an owner can be signed out. */
export interface Assumptions {
  /** A lost response is requested again within the grace period, and no request takes longer than that. */
  prompt: boolean
  /** A client does not refresh again while one of its older refreshes is pending. */
  patient: boolean
  /** No clock is set. */
  steadyClock: boolean
}

export const allAssumed: Assumptions = { prompt: true, patient: true, steadyClock: true }

export const nothingAssumed: Assumptions = { prompt: false, patient: false, steadyClock: false }

/** How far the model is explored. */
export interface Bound {
  /** The maximum number of actions in a trace. */
  actions: number
  /** The maximum number of concurrent calls. @default 2 */
  calls?: number
  /** The possible actions. @default everything */
  view?: View
}

/** The actions on a world: everything that clients, processes, networks and clocks can do. */
export function actionsOf(
  world: World,
  { calls: most = 2, view = views.everything }: Bound,
  assumed: Assumptions,
): Action[] {
  const { calls, owner, thief, row, backup, deniedUntil, processes } = world
  const actions: Action[] = []
  const clients = thief ? (['owner', 'thief'] as const) : (['owner'] as const)
  for (const process of processIds) {
    for (const by of clients) {
      actions.push({ kind: 'ask', by, process })
      if (by === 'owner' && assumed.patient && isOverlapping(world)) continue
      actions.push({ kind: 'whole', call: 'refresh', by, process })
      if (calls.length < most) actions.push({ kind: 'begin', call: 'refresh', by, process })
    }
    for (const call of ['logout', 'endAll'] as const) {
      actions.push({ kind: 'whole', call, by: 'owner', process })
      if (calls.length < most) actions.push({ kind: 'begin', call, by: 'owner', process })
    }
    if (deniedUntil !== null && processes[process].deniedUntil !== deniedUntil)
      actions.push({ kind: 'deliver', process })
    actions.push({ kind: 'crash', process })
  }
  for (const [call, { at }] of calls.entries()) {
    actions.push({ kind: 'step', call }, { kind: 'finish', call })
    if (at === 'answer') actions.push({ kind: 'lose', call })
  }
  if (thief?.access !== owner.access) actions.push({ kind: 'steal' })
  for (const seconds of [6, 1200])
    if (!assumed.prompt || !isLate(world, seconds)) actions.push({ kind: 'pass', seconds })
  if (!assumed.steadyClock) for (const seconds of [-3600, 3600]) actions.push({ kind: 'set', seconds })
  if (backup) actions.push({ kind: 'restore' })
  else if (row) actions.push({ kind: 'backup' })
  return actions.filter(view)
}

/** Whether the owner has a pending refresh that is older than its current token. */
function isOverlapping({ calls, owner }: World): boolean {
  return calls.some(
    ({ kind, by, generation }) => kind === 'refresh' && by === 'owner' && generation < owner.generation,
  )
}

/** Whether the grace period would end then, before the owner has received its response. */
function isLate({ row, now, owner, calls }: World, seconds: number): boolean {
  const isOver = (since: number): boolean => now + seconds - since > kithRules.graceSeconds
  const own = calls.filter(({ kind, by }) => kind === 'refresh' && by === 'owner')
  if (own.some(({ begunAt }) => isOver(begunAt))) return true
  if (!row || !isOver(row.rotatedAt)) return false
  return [owner, ...own].some(({ generation }) => generation < row.generation)
}
