import type { Action, CallKind } from './model.ts'

/** Some of what may happen: fewer things can be followed further. */
export type View = (action: Action) => boolean

const isOf =
  (...kinds: readonly Action['kind'][]): View =>
  ({ kind }) =>
    kinds.includes(kind)
const isCall =
  (kind: 'begin' | 'whole', ...calls: readonly CallKind[]): View =>
  (action) =>
    action.kind === kind && calls.includes(action.call)
const anyOf =
  (...views: readonly View[]): View =>
  (action) =>
    views.some((view) => view(action))

/** What the model is looked at for. */
export type ViewName = 'everything' | 'rotation' | 'ends' | 'time'

/** Each by its name. */
export const views: Readonly<Record<ViewName, View>> = {
  everything: (): boolean => true,
  /** Refreshes in steps, by an owner and a thief, with answers and processes that get lost. */
  rotation: anyOf(
    isOf('step', 'finish', 'lose', 'steal', 'pass', 'crash'),
    isCall('begin', 'refresh'),
    isCall('whole', 'refresh'),
  ),
  /** Ends in steps, beside whole refreshes, and the denylist that gets about. */
  ends: anyOf(
    isOf('step', 'finish', 'ask', 'deliver', 'pass', 'crash'),
    isCall('begin', 'logout', 'endAll'),
    isCall('whole', 'refresh'),
  ),
  /** Clocks that are set and backups that are restored, among whole calls. */
  time: anyOf(isOf('ask', 'steal', 'pass', 'set', 'backup', 'restore'), isCall('whole', 'refresh', 'logout')),
}
