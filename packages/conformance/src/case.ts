/** One promise of a port, as data without a test runner. */
export interface Case<Port> {
  /** What lists and reports call it: it stays when the title gets better words. */
  readonly id: string
  /** The promise in words: what an adapter author reads when it is broken. */
  readonly title: string
  /** Rejects if the promise is broken. The port is fresh, empty and nobody else's. */
  run(port: Port): Promise<void>
}

/** Part of an id, made of a name. */
export function kebab(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

/** What the kit needs of a test runner: `test` of vitest, of `node:test`, or one of your own. */
export type RegisterTest = (name: string, body: () => Promise<void>) => unknown

/** Registers every case as one test. `make` gives a fresh, empty instance, ready for use. */
export function runCases<Port>(
  test: RegisterTest,
  cases: readonly Case<Port>[],
  make: () => Promise<Port>,
): void {
  for (const { id, title, run } of cases) test(`${id}: ${title}`, async () => run(await make()))
}
