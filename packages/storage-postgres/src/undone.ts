import type { Connection, Statements } from './connection.ts'

/** The rejection of a transaction that changes nothing and still has a result. */
class Undone<Result> extends Error {
  readonly result: Result

  constructor(result: Result) {
    super('The transaction is undone')
    this.result = result
  }
}

/**
 * Runs a transaction that may find out, after it has written, that it must not: `undo` undoes it, and is its result.
 */
export async function atomicallyUnless<Result>(
  connection: Connection,
  work: (statements: Statements, undo: (result: Result) => never) => Promise<Result>,
): Promise<Result> {
  try {
    return await connection.atomically((statements) =>
      work(statements, (result) => {
        throw new Undone(result)
      }),
    )
  } catch (error) {
    if (error instanceof Undone) return error.result as Result
    throw error
  }
}
