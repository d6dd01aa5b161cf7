import { randomUUID } from 'node:crypto'
import { createSqliteStorage } from '../src/index.ts'
import type { Batch, BatchAnswers } from './store-workers.ts'

type Verbs = Record<string, (...values: unknown[]) => Promise<unknown>>

const storages = new Map<string, Record<string, Verbs>>()

process.on('message', ({ number, path, startAt, calls }: Batch) => {
  const storage = storages.get(path) ?? open(path)
  const answers = calls.map(async ({ port, verb, values }, index) => {
    // Each call has its own moment, at which the other process makes the same call.
    while (Date.now() < startAt + index);
    return storage[port]?.[verb]?.(...values.map(withId))
  })
  void Promise.allSettled(answers).then((settled) => {
    const answer: BatchAnswers = {
      number,
      answers: settled.map((each) =>
        each.status === 'fulfilled'
          ? { value: each.value }
          : { error: String(each.reason), code: (each.reason as { code?: string }).code },
      ),
    }
    process.send?.(answer)
  })
})

/** Both processes get the same calls, but a new account needs a distinct id. */
function withId(value: unknown): unknown {
  const empty = typeof value === 'object' && value !== null && 'id' in value && value.id === ''
  return empty ? { ...value, id: randomUUID() } : value
}

function open(path: string): Record<string, Verbs> {
  const { migrate, close, ...stores } = createSqliteStorage({ path })
  const verbs = { ...stores, storage: { migrate, close } } as unknown as Record<string, Verbs>
  storages.set(path, verbs)
  return verbs
}
