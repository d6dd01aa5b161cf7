import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { KithError, RetryLaterError } from '../errors.ts'
import { temporaryPrefix } from '../media/temporary-folder.ts'
import { unpackFailure } from './media-job.ts'
import { slackBytes } from './confine-process.ts'
import { mediaProcessCommand } from './media-process-command.ts'
import { readReplies } from './media-replies.ts'
import { mappedBytes, processorSeconds, residentBytes } from './process-use.ts'
import { descriptors } from './serve-media-jobs.ts'

/** The limits of one media process. */
export interface MediaProcessLimits {
  /** CPU seconds, which a busy machine uses up more slowly; three times as many by the clock. */
  maxSeconds: number
  maxResidentBytes: number
  /** Called when it is killed for exceeding a limit. */
  onLimit?: (() => void) | undefined
}

/** One process of the pool. Runs one job at a time. */
export interface MediaProcess {
  /**
   * Whether it can take another job: it is alive, and has released most of the memory that earlier ones used or
   * reserved.
   */
  isFit(): boolean
  /** @throws media-too-complex, media-unreadable, busy, {@link ProcessLost}, and the errors of the job */
  work(job: object): Promise<unknown>
  end(): Promise<void>
}

/** For running work when the app stops. */
export function mediaProcessesClosed(): RetryLaterError {
  const detail =
    'The media processes were closed, since this process of the app is stopping: another one takes the file.'
  return new RetryLaterError('busy', { seconds: 1, detail })
}

/** A process was gone before it started a job, so another one can run it. */
export class ProcessLost extends Error {}

const startSeconds = 60
const watchMillis = 25
const clockFactor = 3
/** The end of the decoders' output, which shows why they died. */
const maxNoiseLength = 2_000

/** Starts a process; it is ready when this resolves. @throws busy if it does not start; the cause has the reason */
export async function startMediaProcess(entry: URL, limits: MediaProcessLimits): Promise<MediaProcess> {
  let folder: string | undefined
  try {
    folder = mkdtempSync(join(tmpdir(), temporaryPrefix))
    const command = mediaProcessCommand({ entry, folder, ...limits })
    const child = spawn(process.execPath, command.arguments, command.options)
    // Before anything can throw: an unhandled error event would crash the server.
    child.on('error', () => {})
    return await attend(child, folder, limits)
  } catch (cause) {
    if (folder) removeFolder(folder)
    const detail =
      "No media process could be started. Where the system allows none, give isolation: 'none' to the processor."
    throw new RetryLaterError('busy', { seconds: 5, detail }, new Error(detail, { cause }))
  }
}

/** Resolves when the process reports that it is ready. */
async function attend(
  child: ChildProcess,
  folder: string,
  limits: MediaProcessLimits,
): Promise<MediaProcess> {
  /** The reason, if it was killed here. */
  let verdict: Error | null = null
  let isOver = false
  let noise = ''
  const gone = Promise.withResolvers<void>()
  // If the server is out of file descriptors, Node creates no pipes, despite its types.
  if (!(child.stdio as ChildProcess['stdio'] | undefined)) throw new Error('no file descriptor is left')
  const pipes = child.stdio.filter((stream) => stream !== null) as Socket[]
  const replies = readReplies(child.stdio[descriptors.replies] as Readable, () =>
    kill(new KithError('media-unreadable', { cause: new Error('a media process wrote nonsense') })),
  )
  for (const pipe of pipes) pipe.on('error', () => {})
  child.stderr?.on('data', (chunk: Buffer) => (noise = (noise + String(chunk)).slice(-maxNoiseLength)))
  child.on('error', over)
  child.on('exit', (code, signal) => over(faultOf(signal ?? code, noise)))

  function kill(why: Error): void {
    verdict ??= why
    child.kill('SIGKILL')
  }

  function killFor(limit: 'time' | 'memory'): void {
    if (verdict === null) limits.onLimit?.()
    kill(tooComplex(limit))
  }

  function over(reason: Error): void {
    if (isOver) return
    isOver = true
    for (const pipe of pipes) pipe.destroy()
    removeFolder(folder)
    replies.fail(verdict ?? reason)
    gone.resolve()
  }

  /** Keeps the server running only while someone waits for this process. */
  function hold(isHeld: boolean): void {
    const change = isHeld ? 'ref' : 'unref'
    // In Bun some of the pipes are not sockets, and do not keep a process running.
    for (const each of [child, ...pipes] as Partial<Socket>[]) each[change]?.()
  }

  async function start(): Promise<void> {
    const deadline = setTimeout(
      () => kill(new Error(`It took more than ${startSeconds} s.`)),
      startSeconds * 1000,
    )
    try {
      await replies.next()
    } finally {
      clearTimeout(deadline)
      hold(false)
    }
  }

  await start()
  const mappedAtStart = mappedBytes(child.pid)
  return {
    isFit() {
      // Mappings left by earlier files count against the kernel limit: the next file would be refused because of them.
      const isLight = residentBytes(child.pid) < limits.maxResidentBytes / 2
      return !isOver && isLight && mappedBytes(child.pid) - mappedAtStart < slackBytes
    },
    async work(job) {
      hold(true)
      const { maxSeconds, maxResidentBytes } = limits
      const deadline = setTimeout(() => killFor('time'), maxSeconds * clockFactor * 1000)
      const lastSecond = processorSeconds(child.pid) + maxSeconds
      const watching = setInterval(() => {
        if (residentBytes(child.pid) > maxResidentBytes) killFor('memory')
        else if (processorSeconds(child.pid) > lastSecond) killFor('time')
      }, watchMillis)
      try {
        const stdin = child.stdin as Writable
        stdin.write(`${JSON.stringify(job)}\n`)
        await replies.next().catch((cause: unknown) => {
          throw verdict ?? new ProcessLost('a media process was gone before its job', { cause })
        })
        const reply = await replies.next()
        if (reply.kind === 'failure') throw unpackFailure(reply.failure)
        return reply.kind === 'value' ? reply.value : undefined
      } finally {
        clearTimeout(deadline)
        clearInterval(watching)
        hold(false)
      }
    },
    async end() {
      if (!isOver) child.ref()
      kill(mediaProcessesClosed())
      await gone.promise
    },
  }
}

/** What cannot be removed now, for example without a file descriptor, is left to upkeep. */
function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // See above.
  }
}

/** Only a kernel that is out of memory kills it from outside; other exits are faults in a decoder. */
function faultOf(end: string | number | null, noise: string): KithError {
  const cause = new Error(`A media process ended with ${end}. ${noise}`)
  return new KithError(end === 'SIGKILL' ? 'media-too-complex' : 'media-unreadable', { cause })
}

function tooComplex(limit: 'time' | 'memory'): KithError {
  return new KithError('media-too-complex', {
    detail: 'Save a simpler version of the file and send that.',
    cause: new Error(`Reading it passed the limit of ${limit}.`),
  })
}
