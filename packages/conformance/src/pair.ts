/** Two instances of a port as two processes have them, over one backend. */
export interface Pair<Port> {
  readonly one: Port
  readonly other: Port
}
