/** One promise of a port, as data without a test runner. */
export interface Case<Port> {
  /** The promise in words: what an adapter author reads when it is broken. */
  readonly name: string
  /** Rejects if the promise is broken. Calls `make` once and keeps that instance to its end. */
  run(make: () => Promise<Port>): Promise<void>
}

/** What the kit needs of a test runner: `test` of vitest, of `node:test`, or one of your own. */
export type RegisterTest = (name: string, body: () => Promise<void>) => unknown

/** Registers every case as one test. `make` gives a fresh, empty instance, ready for use. */
export function runCases<Port>(
  test: RegisterTest,
  cases: readonly Case<Port>[],
  make: () => Promise<Port>,
): void {
  for (const { name, run } of cases) test(name, () => run(make))
}
