import { type Core, onStorage } from './core.ts'
import type { Emit } from './events.ts'
import type { Revocations } from './sessions/revocations.ts'
import type { Stores } from './storage.ts'
import type { Clearing } from './upkeep/clearing.ts'

/** Work of the calls of one transaction that has to wait for the commit. */
export interface AfterCommit {
  /**
   * Does what must wait for the commit: calls the listeners of `kith.events`, denies the access tokens of ended
   * sessions, sends messages, and cleans up behind deletions and bans. Call it after your commit, not after a rollback.
   * If the process dies in between, upkeep does the rest, except for the listeners and the tokens, which stay valid
   * until they expire. Idempotent.
   */
  committed(): Promise<void>
}

/** The same core on the storage of a transaction. Everything outside of the transaction waits for `committed`. */
export function inTransaction(core: Core, stores: Stores): { core: Core } & AfterCommit {
  let waiting: (() => unknown)[] | null = []
  const later = (effect: () => unknown): void => void (waiting ? waiting.push(effect) : effect())

  const emit: Emit = (name, event) => later(() => core.emit(name, event))
  const revocations: Revocations = {
    revoke: async (keys, until) => later(() => core.revocations.revoke(keys, until)),
    isRevoked: (key) => core.revocations.isRevoked(key),
  }
  const clearing: Clearing = {
    account: (id) => later(() => core.clearing.account(id)),
    post: (id) => later(() => core.clearing.post(id)),
    ban: (id) => later(() => core.clearing.ban(id)),
    notice: (work) => later(() => core.clearing.notice(work)),
    settled: () => core.clearing.settled(),
  }
  const outgoing = { ...core.outgoing, kick: () => later(() => core.outgoing.kick()) }

  return {
    core: onStorage({ ...core, emit, revocations, clearing, outgoing }, stores),
    async committed() {
      const effects = waiting ?? []
      waiting = null
      await Promise.all(effects.map((effect) => effect()))
    },
  }
}
