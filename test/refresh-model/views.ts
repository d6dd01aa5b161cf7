import type { Action, CallKind } from './model.ts'

/** A subset of the possible actions: fewer actions can be explored further. */
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

/** The names of the views. */
export type ViewName = 'everything' | 'rotation' | 'ends' | 'time'

/** The views by name. */
export const views: Readonly<Record<ViewName, View>> = {
  everything: (): boolean => true,
  /** Refreshes in steps, by an owner and a thief, with lost responses and processes. */
  rotation: anyOf(
    isOf('step', 'finish', 'lose', 'steal', 'pass', 'crash'),
    isCall('begin', 'refresh'),
    isCall('whole', 'refresh'),
  ),
  /** Ends in steps, together with whole refreshes, and the delivery of the denylist. */
  ends: anyOf(
    isOf('step', 'finish', 'ask', 'deliver', 'pass', 'crash'),
    isCall('begin', 'logout', 'endAll'),
    isCall('whole', 'refresh'),
  ),
  /** Changed clocks and restored backups, between whole calls. */
  time: anyOf(isOf('ask', 'steal', 'pass', 'set', 'backup', 'restore'), isCall('whole', 'refresh', 'logout')),
}
