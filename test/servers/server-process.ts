import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { guardedFolder, spawnGuarded, type SystemUser } from './guard.ts'
import { isAlive } from './is-alive.ts'
import { freePort } from './port.ts'

/** A server program on this machine. */
export interface ServerProgram {
  command: string
  arguments(port: number, folder: string): readonly string[]
  /** Whether it already serves. */
  isReady(port: number): Promise<boolean>
  /** Additional ports on which it listens, as distances from its port. */
  portDistances?: readonly number[]
  /** The user who runs it, if it is not the user of this process. */
  user?: SystemUser | null
  /** The signal for a graceful end. @default 'SIGTERM' */
  ending?: NodeJS.Signals
  /** Prepares its folder before the first start. */
  prepare?(folder: string): Promise<void>
}

/** Where a server listens and stores its data: by default a free port and a folder that is removed with it. */
export interface ServerPlace {
  port?: number | undefined
  storagePath?: string | undefined
}

/** What tests can do to a server that they started. */
export interface ServerControl {
  /** The id of its process, which changes after a restart. */
  readonly pid: number
  /** Kills it without a chance to clean up (SIGKILL); resolves once it has ended. */
  kill(): Promise<void>
  /** Suspends it with open connections (SIGSTOP); resolves once it does nothing. */
  freeze(): Promise<void>
  /** Continues it after `freeze`. */
  thaw(): void
  /** Starts it again on the same port and data, after killing it if it runs; resolves once it serves. */
  restart(): Promise<void>
}

export interface ServerProcess {
  port: number
  control: ServerControl
  /** Ends it: gracefully if its data stays, otherwise immediately. */
  stop(): Promise<void>
}

const startLimitMs = 60_000
const stopLimitMs = 10_000

/** Starts a server program; resolves once it serves. It dies with this process. */
export async function startProcess(program: ServerProgram, place: ServerPlace): Promise<ServerProcess> {
  const folder = place.storagePath ?? guardedFolder()
  const log = join(guardedFolder(), 'log')
  await program.prepare?.(folder)
  let port = place.port ?? (await freePort(program.portDistances))
  const start = (): Promise<ChildProcess> => launch(program, { port, folder, log })
  let child = await start().catch(async (error: unknown) => {
    if (place.port !== undefined || !isTaken(error)) throw error
    port = await freePort(program.portDistances)
    return start()
  })
  const kill = (): Promise<void> => endFamily(child)
  /** Shared by all concurrent callers, because two servers cannot use one folder. */
  let restarting: Promise<void> | null = null
  async function restart(): Promise<void> {
    await kill()
    // Another connection of this machine may have used its port meanwhile, for a moment.
    child = await start().catch(async (error: unknown) => {
      if (!isTaken(error)) throw error
      await sleep(1_000)
      return start()
    })
  }
  return {
    port,
    control: {
      get pid() {
        return child.pid ?? 0
      },
      kill,
      async freeze() {
        // Processes that it starts meanwhile are stopped in the next round.
        for (let known = 0, family = familyOf(child); known < family.length; family = familyOf(child)) {
          known = family.length
          for (const pid of family) signal(pid, 'SIGSTOP')
          for (const pid of family) await untilStopped(pid)
        }
      },
      thaw() {
        for (const pid of familyOf(child)) signal(pid, 'SIGCONT')
      },
      restart() {
        restarting ??= restart().finally(() => (restarting = null))
        return restarting
      },
    },
    async stop() {
      for (const pid of familyOf(child)) signal(pid, 'SIGCONT')
      if (place.storagePath === undefined) await endFamily(child)
      else await end(child, program.ending ?? 'SIGTERM')
      if (place.storagePath === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function isTaken(error: unknown): boolean {
  return /address already in use/i.test(String(error))
}

interface Launch {
  port: number
  folder: string
  log: string
}

async function launch(program: ServerProgram, { port, folder, log }: Launch): Promise<ChildProcess> {
  const output = openSync(log, 'w')
  const args = program.arguments(port, folder)
  const child = spawnGuarded(program.command, args, { stdio: ['ignore', output, output], ...program.user })
  closeSync(output)
  let failure: Error | null = null
  child.once('error', (error) => (failure = error))
  const started = performance.now()
  while (!(await program.isReady(port))) {
    if (isGone(child) || failure || performance.now() - started > startLimitMs) {
      await end(child, 'SIGKILL')
      const said = readFileSync(log, 'utf8').trimEnd().slice(-2_000)
      throw new Error(`${program.command} did not start on port ${port}: ${said}`, { cause: failure })
    }
    await sleep(30)
  }
  // A test that does not stop it, or has ended, does not keep its own process alive because of it.
  child.unref()
  return child
}

/** One thread of a process receives the signal and stops the others; on a busy machine they continue until it runs. */
async function untilStopped(pid: number): Promise<void> {
  const threads = `/proc/${pid}/task`
  if (!existsSync('/proc/self/task')) return sleep(200)
  while (threadStates(threads).some((state) => state !== 'T')) await sleep(1)
}

function threadStates(folder: string): string[] {
  try {
    const lines = readdirSync(folder).map((thread) => readFileSync(join(folder, thread, 'stat'), 'utf8'))
    // Comes after the name of the program, which may contain parentheses.
    return lines.map((line) => line.slice(line.lastIndexOf(')') + 2)[0] ?? '')
  } catch {
    // The process has ended, or one of its threads just now.
    if (existsSync(folder)) return ['?']
    return []
  }
}

/** A process and its descendants, such as the one that PostgreSQL starts for each client. */
function familyOf(child: ChildProcess): number[] {
  const family = isGone(child) ? [] : [child.pid ?? 0]
  for (const pid of family) family.push(...childrenOf(pid))
  return family
}

function childrenOf(pid: number): number[] {
  try {
    const pids = existsSync('/proc/self/task')
      ? readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      : execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    return pids.split(/\s+/).filter(Boolean).map(Number)
  } catch {
    // It has ended, or has no children.
    return []
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended.
  }
}

/** Kills a process and its descendants, as close to simultaneously as possible. */
async function endFamily(child: ChildProcess): Promise<void> {
  const others = familyOf(child).slice(1)
  const ended = end(child, 'SIGKILL')
  for (const pid of others) signal(pid, 'SIGKILL')
  await ended
  while (others.some(isAlive)) await sleep(1)
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (isGone(child)) return
  child.ref()
  const gone = once(child, 'exit')
  child.kill(signal)
  const timer = setTimeout(() => void child.kill('SIGKILL'), stopLimitMs)
  await gone
  clearTimeout(timer)
}

function isGone(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}
