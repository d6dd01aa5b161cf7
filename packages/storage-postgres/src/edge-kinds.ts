import { type EdgeKind, edgeKinds } from '@kith/core/ports'

/** A kind as stored: its position in the list, from 1. */
export function toKindNumber(kind: EdgeKind): number {
  return edgeKinds.indexOf(kind) + 1
}

/** A stored kind. A database that a newer release has written may contain one that this release does not support. */
export function fromKindNumber(number: number): EdgeKind {
  const kind = edgeKinds[number - 1]
  if (!kind) throw new TypeError(`the kind of edge with the number ${number} is not known to this release`)
  return kind
}

/** Every kind as it is stored. */
export const kindNumbers: readonly number[] = edgeKinds.map(toKindNumber)
