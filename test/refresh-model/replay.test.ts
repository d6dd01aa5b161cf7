import type { Storage } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { createSqliteStorage } from '@kith/storage-sqlite'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { useStorages as useMongo } from '../../packages/storage-mongodb/test/emptied-storage.ts'
import { useStorages as usePostgres } from '../../packages/storage-postgres/test/storages.ts'
import { numberOfHistories } from '../histories.ts'
import { describeWithMongo, describeWithPostgres } from '../servers/describe-servers.ts'
import { bounds, follow } from './bounds.ts'
import { tracesOf } from './explore.ts'
import { flaws } from './flaws.ts'
import type { Action } from './model.ts'
import { createReplayer, stopReplaying } from './replay.ts'
import type { ViewName } from './views.ts'
import { walks } from './walks.ts'

afterEach(stopReplaying)

async function sqlite(): Promise<Storage> {
  const storage = createSqliteStorage({ path: ':memory:' })
  await storage.migrate()
  return storage
}

/** Traces that together take each transition of this many actions; at most this many of them, spread evenly, and all with `KITH_TRACES=all`. */
function tracesOfModel(view: ViewName, actions: number, most: number): Action[][] {
  const [safe] = follow(view, { actions })
  return tracesOf(
    safe,
    process.env['KITH_TRACES'] === 'all' ? 1 : Math.max(1, Math.ceil(safe.ends.length / most)),
  )
}

interface Share {
  /** The maximum number of replayed traces for each view. */
  traces: number
  /** The number of random walks beyond the bound. */
  walks: number
}

/** Replays the traces of the model with the services over this storage. */
function replaysOn(emptied: () => Promise<Storage>, { traces: most, walks: count }: Share): void {
  const timeout = 600_000
  const replayAll = async (traces: readonly Action[][]): Promise<number> => {
    const { replay } = createReplayer(emptied)
    let actions = 0
    for (const trace of traces) actions += await replay(trace)
    return actions
  }

  test.each(Object.keys(bounds) as ViewName[])(
    'the services follow the traces of the view of %s',
    async (view) => {
      const traces = tracesOfModel(view, bounds[view].replayed, most)
      expect(await replayAll(traces)).toBeGreaterThan(traces.length * 2)
    },
    timeout,
  )

  test(
    'the services follow random walks of up to 40 actions',
    async () => {
      const { replay } = createReplayer(emptied)
      await fc.assert(
        fc.asyncProperty(walks({ minLength: 5, maxLength: 40 }), async (trace) => {
          await replay(trace)
        }),
        { numRuns: numberOfHistories(count) },
      )
    },
    timeout,
  )
}

describe('on memory', () => replaysOn(async () => createMemoryStorage(), { traces: 600, walks: 100 }))
describe('on SQLite', () => replaysOn(sqlite, { traces: 200, walks: 50 }))
await describeWithMongo('on MongoDB', { topology: 'replica-set' }, (mongo) =>
  replaysOn(useMongo(mongo).emptied, { traces: 15, walks: 4 }),
)
await describeWithPostgres('on PostgreSQL', {}, (postgres) =>
  replaysOn(usePostgres(postgres).emptied, { traces: 50, walks: 10 }),
)

test('a refresh that waits for the storage while another process rotates gets the successor', async () => {
  const { replay } = createReplayer(async () => createMemoryStorage())
  const trace: Action[] = [
    { kind: 'begin', call: 'refresh', by: 'owner', process: 0 },
    { kind: 'pass', seconds: 6 },
    { kind: 'whole', call: 'refresh', by: 'owner', process: 1 },
    { kind: 'finish', call: 0 },
  ]
  expect(await replay(trace)).toBe(trace.length)
})

test('ending all sessions in a process that has not received an earlier end ends them there as well', async () => {
  const { replay } = createReplayer(async () => createMemoryStorage())
  const trace: Action[] = [
    { kind: 'ask', by: 'owner', process: 1 },
    { kind: 'whole', call: 'endAll', by: 'owner', process: 0 },
    { kind: 'whole', call: 'endAll', by: 'owner', process: 1 },
    { kind: 'ask', by: 'owner', process: 1 },
  ]
  expect(await replay(trace)).toBe(trace.length)
})

test('tokens that are signed long after the row was stepped live from then on', async () => {
  const { replay } = createReplayer(async () => createMemoryStorage())
  const trace: Action[] = [
    { kind: 'begin', call: 'refresh', by: 'owner', process: 0 },
    { kind: 'step', call: 0 },
    { kind: 'pass', seconds: 1200 },
    { kind: 'finish', call: 0 },
    { kind: 'ask', by: 'owner', process: 0 },
  ]
  expect(await replay(trace)).toBe(trace.length)
})

test.each([-3600, 3600])(
  'a refresh that arrived before the clock was set by %d seconds is let in or refused',
  async (seconds) => {
    const { replay } = createReplayer(async () => createMemoryStorage())
    const trace: Action[] = [
      { kind: 'begin', call: 'refresh', by: 'owner', process: 1 },
      { kind: 'set', seconds },
      { kind: 'whole', call: 'refresh', by: 'owner', process: 1 },
      { kind: 'finish', call: 0 },
    ]
    expect(await replay(trace)).toBe(trace.length)
  },
)

/** After the grace period, a thief comes with an old token of the owner: no trace of three actions contains that. */
const lateThief: Action[] = [
  { kind: 'steal' },
  { kind: 'whole', call: 'refresh', by: 'owner', process: 0 },
  { kind: 'pass', seconds: 6 },
  { kind: 'pass', seconds: 6 },
  { kind: 'whole', call: 'refresh', by: 'thief', process: 0 },
]

test.each(Object.entries(flaws))('a replay detects %s', async (_name, flaw) => {
  const views = ['rotation', 'ends', 'time'] as const
  const traces = [lateThief, ...views.flatMap((view) => tracesOfModel(view, 3, Infinity))]
  const { replay } = createReplayer(async () => createMemoryStorage(), flaw)
  const all = async (): Promise<void> => {
    for (const trace of traces) await replay(trace)
  }
  await expect(all()).rejects.toThrow('Services do not follow the model')
})
