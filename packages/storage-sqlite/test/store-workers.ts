import { InvalidInputError } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import type { ChildProcess } from 'node:child_process'
import { afterAll } from 'vitest'
import { startScript } from './child-process.ts'

/** One call of a port, as it is sent to a worker. */
export interface Call {
  port: Exclude<keyof Storage, 'migrate' | 'plan' | 'check' | 'close'> | 'storage'
  verb: string
  values: unknown[]
}

/** Calls that a worker makes at a rate of one per millisecond, the first at `startAt`. */
export interface Batch {
  number: number
  path: string
  startAt: number
  calls: Call[]
}

/** The outcomes of the calls of a batch. */
export interface BatchAnswers {
  number: number
  answers: ({ value: unknown } | OtherError)[]
}

interface Worker {
  run(batch: Omit<Batch, 'number'>): Promise<unknown[]>
  stop(): void
}

/** The stores that cases of the kit use together. */
export type Stores = Pick<
  Storage,
  'users' | 'edges' | 'posts' | 'media' | 'feed' | 'codes' | 'credentials' | 'outbox' | 'messages'
>

/** Two processes that use the same files. */
export interface StoreWorkers {
  /** Makes each of `calls` in both processes at the same moment and returns all results. */
  race<Answer>(path: string, calls: Call[]): Promise<Answer[]>
  /** A port whose calls go to the two processes in turn. */
  port<Port extends object>(path: string, name: Call['port']): Port
  /** All of these ports. */
  stores(path: string): Stores
  /** Creates the tables in a new file, and resolves to its path. */
  migrated(path: string): Promise<string>
  stop(): void
}

/** Starts the two processes for the tests of a file, and stops them after those. */
export function useStoreWorkers(): () => StoreWorkers {
  let workers: StoreWorkers | null = null
  afterAll(() => workers?.stop())
  return () => (workers ??= startStoreWorkers())
}

function startStoreWorkers(): StoreWorkers {
  const workers = [startWorker(), startWorker()] as const
  let turn = 0

  function port<Port extends object>(path: string, name: Call['port']): Port {
    const call =
      (verb: string) =>
      async (...values: unknown[]) => {
        const worker = workers[++turn % 2 ? 0 : 1]
        const [answer] = await worker.run({ path, startAt: 0, calls: [{ port: name, verb, values }] })
        return answer
      }
    // The result is awaited, so a port must not look like a promise; nor does it have a verb that SQLite omits.
    const absent: readonly (string | symbol)[] = ['then', 'idsContaining']
    return new Proxy(
      {},
      { get: (_, verb) => (absent.includes(verb) ? undefined : call(String(verb))) },
    ) as Port
  }

  return {
    async race<Answer>(path: string, calls: Call[]) {
      // Both have received their batch long before then, and spin.
      const startAt = Date.now() + 15
      const answers = await Promise.all(workers.map((worker) => worker.run({ path, startAt, calls })))
      return answers.flat() as Answer[]
    },
    port,
    stores: (path) => ({
      users: port(path, 'users'),
      edges: port(path, 'edges'),
      posts: port(path, 'posts'),
      media: port(path, 'media'),
      feed: port(path, 'feed'),
      codes: port(path, 'codes'),
      credentials: port(path, 'credentials'),
      outbox: port(path, 'outbox'),
      messages: port(path, 'messages'),
    }),
    async migrated(path) {
      await port<Storage>(path, 'storage').migrate()
      return path
    },
    stop: () => workers.forEach((worker) => worker.stop()),
  }
}

function startWorker(): Worker {
  const child: ChildProcess = startScript('store-worker.ts')
  const waiting = new Map<number, (answers: BatchAnswers) => void>()
  let sent = 0
  child.on('message', (answers: BatchAnswers) => waiting.get(answers.number)?.(answers))

  return {
    async run(batch) {
      const number = ++sent
      const { answers } = await new Promise<BatchAnswers>((resolve) => {
        waiting.set(number, resolve)
        child.send({ number, ...batch })
      })
      waiting.delete(number)
      return answers.map((answer) => {
        if ('error' in answer) throw errorOf(answer)
        return answer.value
      })
    },
    stop: () => void child.kill(),
  }
}

/** An error of another process: its message and its code. */
interface OtherError {
  error: string
  code?: string | undefined
}

/** The same error here; of Kith's errors, only an invalid input needs its class. */
function errorOf({ error, code }: OtherError): Error {
  return code === 'invalid-input' ? new InvalidInputError([]) : new Error(error)
}
