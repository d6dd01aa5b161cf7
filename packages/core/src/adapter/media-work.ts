import { createFairQueue } from '../fair-queue.ts'
import { createJobObserver } from '../telemetry/job-queue.ts'
import type { MediaVerbs } from './media-job.ts'
import { createMediaProcesses, type MediaProcesses } from './media-processes.ts'

/** Where and how hostile files are read. */
export interface MediaWorkOptions<Verbs extends MediaVerbs> {
  /** The function whose options these are, for messages. */
  of: string
  /** `process`: apart from the server. `none`: in it, without a limit of memory. */
  isolation: 'process' | 'none'
  /** The module that a process runs; its name is one that no host has. */
  entry: URL
  /** What that module serves. */
  verbs: Verbs
  concurrency: number
  maxWaiting: number
  maxSeconds: number
  maxMebibytes: number
}

/**
 * Creates what runs the verbs of a media processor in turn: in media processes, or in the server for hosts that cannot start
 * any. @throws TypeError for options that cannot work
 */
export function createMediaWork<Verbs extends MediaVerbs>(
  options: MediaWorkOptions<Verbs>,
): MediaProcesses<Verbs> {
  demandNumbers(options)
  const { of, isolation, entry, verbs, concurrency, maxWaiting, maxSeconds, maxMebibytes } = options
  if (isolation === 'process') {
    const maxResidentBytes = maxMebibytes * 1024 * 1024
    return createMediaProcesses<Verbs>({ entry, concurrency, maxWaiting, maxSeconds, maxResidentBytes })
  }
  // A misspelled one must not put hostile files into the server.
  if (isolation !== 'none') throw new TypeError(`${of}: \`isolation\` is 'process' or 'none'`)
  const queue = createFairQueue({ concurrency, maxWaiting, work: 'media' })
  const observer = createJobObserver(queue)
  return {
    run: (turn, { verb, arguments: values }) =>
      observer.run(String(verb), () =>
        queue(turn, () => (verbs[verb] as (...given: unknown[]) => Promise<unknown>)(...values)),
      ) as never,
    close: async () => {},
    load: () => queue.load(),
    observe: (telemetry, name) => observer.observe(telemetry, name),
  }
}

function demandNumbers(options: Omit<MediaWorkOptions<MediaVerbs>, 'verbs'>): void {
  const { of, concurrency, maxWaiting, maxSeconds, maxMebibytes } = options
  for (const [name, value] of Object.entries({ concurrency, maxSeconds, maxMebibytes }))
    if (!(Number.isFinite(value) && value > 0)) throw new TypeError(`${of}: \`${name}\` is a number above 0`)
  if (!Number.isInteger(concurrency)) throw new TypeError(`${of}: \`concurrency\` is a whole number`)
  if (!(Number.isInteger(maxWaiting) && maxWaiting >= 0))
    throw new TypeError(`${of}: \`maxWaiting\` is a whole number from 0 on`)
}
