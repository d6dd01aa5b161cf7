import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith } from '@kith/core'
import type { SessionRecord, Storage, UserRecord } from '@kith/core/ports'
import { vi } from 'vitest'
import {
  createLaggingRevocations,
  type Denylist,
  gatedStorage,
  type LaggingRevocations,
  type RowWatch,
} from './calls.ts'
import { type ProcessId, processIds } from './model.ts'
import type { Observation } from './witness.ts'

/** Flaws for the services, to check that a replay detects them. */
export interface Flaw {
  storage?(storage: Storage): Storage
  revocations?(revocations: LaggingRevocations): LaggingRevocations
  graceSeconds?: number
  restored?(kith: Kith): Promise<unknown>
}

/** Two Kith processes over one storage, which serve one session after another. */
export interface Processes {
  kith(process: ProcessId): Kith
  storage(): Storage
  /** Seconds of real time. */
  lived(): number
  pass(seconds: number): void
  setClock(seconds: number): void
  /** A process receives the denylist. */
  deliver(process: ProcessId): void
  isDenylistEmpty(): boolean
  crash(process: ProcessId): void
  /** Replaces the storage with other rows, like a restored backup, and takes the required step afterwards. */
  restore(user: UserRecord, session: SessionRecord | null): Promise<void>
  /** Starts over with a clock that was never set, and with a new recorder of observations. */
  startAnew(): void
  watchedBy(see: (what: Observation) => void): void
}

/** The clock of the second process is a second behind, and nothing may depend on that. */
const behindSeconds = [0, 1] as const
const begun = Date.parse('2026-01-01T12:00:00Z')

/** Starts them. Time stands still until it is advanced. */
export async function createProcesses(emptied: () => Promise<Storage>, flaw: Flaw): Promise<Processes> {
  let [lived, offset] = [0, 0]
  let see: (what: Observation) => void = () => {}
  let stored = await emptied()
  const denylist: Denylist = new Map()
  vi.spyOn(performance, 'now').mockImplementation(() => lived * 1000)

  const watch: RowWatch = {
    rotated({ rotated, session }) {
      if (rotated && session) see({ kind: 'rotated', generation: session.generation - 1 })
    },
    ended: () => see({ kind: 'ended', now: lived }),
  }

  function start(process: ProcessId): { kith: Kith; revocations: LaggingRevocations } {
    const clock = (): Date => new Date(begun + (lived + offset - behindSeconds[process]) * 1000)
    const told = (): void => see({ kind: 'denied', process })
    const lagging = createLaggingRevocations(denylist, { lived: () => lived, clock, told })
    const revocations = flaw.revocations?.(lagging) ?? lagging
    const kith = createKith({
      secret: 'the secret of a model that is replayed, long enough',
      storage: gatedStorage(flaw.storage?.(stored) ?? stored, watch),
      passwords: cheapPasswords,
      limits: { refreshBySession: [], refreshByAddress: [], revokeBySession: [] },
      sessions: { graceSeconds: flaw.graceSeconds },
      ...{ revocations, clock },
      logger: { warn: () => {}, error: () => {} },
    })
    return { kith, revocations }
  }

  const processes = processIds.map(start)
  const at = (process: ProcessId): ReturnType<typeof start> => (processes[process] ??= start(process))

  const running: Processes = {
    kith: (process) => at(process).kith,
    storage: () => stored,
    lived: () => lived,
    pass: (seconds) => void (lived += seconds),
    setClock: (seconds) => void (offset += seconds),
    isDenylistEmpty: () => denylist.size === 0,
    deliver(process) {
      at(process).revocations.deliver()
      if (denylist.size > 0) see({ kind: 'denied', process })
    },
    crash(process) {
      processes[process] = start(process)
      if (denylist.size > 0) see({ kind: 'denied', process })
    },
    async restore(user, session) {
      stored = await emptied()
      await stored.users.create(user)
      if (session) await stored.sessions.open(session, 10)
      for (const process of processIds) running.crash(process)
      const restored = flaw.restored ?? ((kith: Kith) => kith.restored())
      await restored(at(0).kith)
    },
    startAnew() {
      offset = 0
      for (const process of processIds) processes[process] = start(process)
    },
    watchedBy(next) {
      see = next
      denylist.clear()
    },
  }
  return running
}
