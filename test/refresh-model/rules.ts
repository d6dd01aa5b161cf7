import type { ViewName } from './views.ts'
import type { Promised } from './witness.ts'

/** The behavior of Kith at the points where it could be wrong. */
export interface Rules {
  /** Whether comparing the generation and increasing it are one step. */
  rotatesAtomically: boolean
  graceSeconds: number
  /** How many generations back the grace applies. */
  graceGenerations: number
  /** Whether a token that is too old ends the session. */
  reuseEnds: boolean
  /** Whether no step revives a revoked row. */
  revokedStaysRevoked: boolean
  /** Whether an end is added to the denylist that all processes share. */
  mirrorIsTold: boolean
  /** For how long a process trusts its cached access tokens. */
  knownSeconds: number
  /** Whether a process that finds a session ended drops its cached tokens. */
  refusalForgets: boolean
  /** Whether a restored backup loses its sessions. */
  restoredRemoves: boolean
}

/** The rules that Kith keeps. */
export const kithRules: Rules = Object.freeze({
  rotatesAtomically: true,
  graceSeconds: 10,
  graceGenerations: 1,
  reuseEnds: true,
  revokedStaysRevoked: true,
  mirrorIsTold: true,
  knownSeconds: 900,
  refusalForgets: true,
  restoredRemoves: true,
})

/** Variants with one broken rule, the view of the model that shows it, and the promise that it breaks first. */
export const brokenRules: readonly BrokenRule[] = [
  {
    name: 'rotation without compare-and-set',
    rules: { rotatesAtomically: false },
    ...{ view: 'rotation', promise: 'one' },
  },
  { name: 'no grace', rules: { graceSeconds: -1 }, view: 'rotation', promise: 'honest' },
  {
    name: 'a grace for every older generation',
    rules: { graceGenerations: 9 },
    ...{ view: 'rotation', promise: 'one' },
  },
  {
    name: 'a reused token that ends nothing',
    rules: { reuseEnds: false },
    ...{ view: 'rotation', promise: 'never' },
  },
  {
    name: 'a rotation that revives a revoked row',
    rules: { revokedStaysRevoked: false },
    ...{ view: 'ends', promise: 'never' },
  },
  {
    name: 'an end that forgets the mirror',
    rules: { mirrorIsTold: false },
    ...{ view: 'ends', promise: 'never' },
  },
  {
    name: 'access tokens that are known forever',
    rules: { knownSeconds: Infinity },
    ...{ view: 'time', promise: 'never' },
  },
  {
    name: 'a refusal after which another token of the session is let in',
    rules: { refusalForgets: false },
    ...{ view: 'time', promise: 'never' },
  },
  {
    name: 'a restored backup that keeps its sessions',
    rules: { restoredRemoves: false },
    ...{ view: 'time', promise: 'never' },
  },
]

export interface BrokenRule {
  name: string
  rules: Partial<Rules>
  view: ViewName
  promise: Promised
}
