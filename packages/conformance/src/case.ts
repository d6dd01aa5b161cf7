/** One promise of a port, as data without a test runner. */
export interface Case<Port> {
  /** Identifies the case in lists and reports: it stays the same when the title is reworded. */
  readonly id: string
  /** The promise, as the author of an adapter reads it when it is broken. */
  readonly title: string
  /** Rejects if the promise is broken. The port is fresh, empty and exclusive. */
  run(port: Port): Promise<void>
}

/** Part of an id, from a name. */
export function kebab(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

/** What the kit needs of a test runner: `test` of vitest, of `node:test`, or one of your own. */
export type RegisterTest = (name: string, body: () => Promise<void>) => unknown

/** Registers every case as one test. `make` returns a fresh, empty instance, ready for use. */
export function runCases<Port>(
  test: RegisterTest,
  cases: readonly Case<Port>[],
  make: () => Promise<Port>,
): void {
  for (const { id, title, run } of cases) test(`${id}: ${title}`, async () => run(await make()))
}
