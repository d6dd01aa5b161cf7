import { setImmediate as nextTurn } from 'node:timers/promises'

/** Starts `count` calls before any of them has responded, and waits for all responses. */
export function race<Answer>(count: number, call: (index: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)))
}

/** Repeats a race on fresh records, because one lucky order proves little. */
export async function repeat(rounds: number, round: (index: number) => Promise<void>): Promise<void> {
  for (let index = 0; index < rounds; index++) await round(index)
}

/** Lets the event loop turn this often, so that calls of a race begin at different moments. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn()
}
