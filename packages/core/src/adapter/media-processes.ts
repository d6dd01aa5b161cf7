import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { KithError, RetryLaterError } from '../errors.ts'
import { createFairQueue, type QueueLoad, type Turn } from '../fair-queue.ts'
import { createJobObserver } from '../telemetry/job-queue.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { MediaJob, MediaVerbs } from './media-job.ts'
import { type MediaProcess, mediaProcessesClosed, ProcessLost, startMediaProcess } from './media-process.ts'

/** Options of a pool of media processes. */
export interface MediaProcessesOptions {
  /** The module that a process runs: it calls `serveMediaJobs`, and must stay a separate file when bundled. */
  entry: URL
  /** How many processes run concurrently. */
  concurrency: number
  /** How many jobs may wait before the next is refused as `busy`. */
  maxWaiting: number
  /** A job that uses more CPU time, or takes three times as long, is ended with its process. */
  maxSeconds: number
  /** A process that uses more memory is ended with its job. */
  maxResidentBytes: number
  /**
   * How long an idle process is kept. @default 30 @reason A burst of uploads finds it ready; memory is released when
   * nobody uploads.
   */
  idleSeconds?: number | undefined
}

/** Processes that read untrusted files, isolated from the server's memory and time. */
export interface MediaProcesses<Verbs extends MediaVerbs> {
  /**
   * Runs a job in its turn. No other job runs in the same process at the same time; one that exceeds a limit is ended
   * with its process, and the next gets a fresh one. Errors that it throws arrive with their code and detail.
   * @throws busy, media-too-complex, media-unreadable
   */
  run<Verb extends keyof Verbs>(
    turn: Turn,
    job: MediaJob<Verbs, Verb>,
  ): Promise<Awaited<ReturnType<Verbs[Verb]>>>
  /** Ends all processes and their jobs, which fail as `busy`. A later job starts another process. */
  close(): Promise<void>
  /** Measures its jobs from now on, under this queue name. */
  observe(telemetry: Telemetry, queue: string): void
  /** The current load. */
  load(): QueueLoad
}

/** A fresh process takes over after this many jobs, so that leaks of decoders stay small, */
const maxJobs = 500
/** and before upkeep would consider the folder of a process abandoned. */
const maxAgeMillis = 1_800_000

/** What a process has done so far. */
interface Service {
  jobs: number
  startedAt: number
}

/** Creates the pool, which starts a process for the first job. @throws TypeError if the entry is missing */
export function createMediaProcesses<Verbs extends MediaVerbs>(
  options: MediaProcessesOptions,
): MediaProcesses<Verbs> {
  const { entry, concurrency, maxWaiting, idleSeconds = 30 } = options
  if (!existsSync(fileURLToPath(entry)))
    throw new TypeError(
      `${fileURLToPath(entry)} is missing; media processes need it. Keep the package out of your bundle ` +
        "(mark it as external), or give isolation: 'none' to the processor.",
    )
  const queue = createFairQueue({ concurrency, maxWaiting, work: 'media' })
  const all = new Map<MediaProcess, Service>()
  const idle: MediaProcess[] = []
  const starting = new Set<Promise<MediaProcess>>()
  const observer = createJobObserver(queue)
  let closings = 0
  let killed = 0
  let idleTimer: NodeJS.Timeout | undefined

  function drop(one: MediaProcess): Promise<void> {
    all.delete(one)
    return one.end()
  }

  async function take(): Promise<MediaProcess> {
    clearTimeout(idleTimer)
    const known = idle.pop()
    if (known?.isFit()) return known
    if (known) void drop(known)
    const fresh = await start()
    all.set(fresh, { jobs: 0, startedAt: performance.now() })
    return fresh
  }

  async function start(): Promise<MediaProcess> {
    const before = closings
    const promise = startMediaProcess(entry, { ...options, onLimit: () => killed++ })
    starting.add(promise)
    const fresh = await promise.finally(() => starting.delete(promise))
    if (closings === before) return fresh
    await fresh.end()
    throw mediaProcessesClosed()
  }

  function giveBack(one: MediaProcess): void {
    const service = all.get(one)
    const isWorn =
      !service || ++service.jobs >= maxJobs || performance.now() - service.startedAt > maxAgeMillis
    if (isWorn || !one.isFit()) return void drop(one)
    idle.push(one)
    clearTimeout(idleTimer)
    idleTimer = setTimeout(() => {
      for (const each of idle.splice(0)) void drop(each)
    }, idleSeconds * 1000).unref()
  }

  async function perform(job: object): Promise<unknown> {
    const taken = await take()
    const isFresh = all.get(taken)?.jobs === 0
    try {
      return await taken.work(job)
    } catch (error) {
      if (!(error instanceof ProcessLost)) throw error
      if (isFresh) throw new KithError('media-unreadable', { cause: error })
    } finally {
      giveBack(taken)
    }
    return await perform(job)
  }

  return {
    run: (turn, job) => observer.run(String(job.verb), () => queue(turn, () => perform(job))) as never,
    load: () => queue.load(),
    observe(telemetry, name) {
      observer.observe(telemetry, name)
      const attributes = { 'kith.queue': name }
      telemetry.gauge('kith.media.processes', () => [{ value: all.size, attributes }])
      telemetry.gauge('kith.media.processes.killed', () => [{ value: killed, attributes }])
    },
    async close() {
      closings++
      idle.splice(0)
      await Promise.allSettled(starting)
      await Promise.all([...all.keys()].map(drop))
    },
  }
}
