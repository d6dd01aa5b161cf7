import { createFairQueue } from '../fair-queue.ts'
import { createJobObserver } from '../telemetry/job-queue.ts'
import type { MediaVerbs } from './media-job.ts'
import { createMediaProcesses, type MediaProcesses } from './media-processes.ts'

/** The limits for untrusted files. */
export interface MediaLimits {
  concurrency: number
  maxWaiting: number
  maxSeconds: number
  maxMebibytes: number
}

/** The app's choices for media processing. */
export type MediaWorkChoices = { readonly [Name in keyof MediaLimits]?: MediaLimits[Name] | undefined } & {
  /** `process`: isolated from the server. `none`: inside it, without a memory limit. @default 'process' */
  readonly isolation?: 'process' | 'none' | undefined
}

/** Where and how untrusted files are read. */
export interface MediaWorkOptions<Verbs extends MediaVerbs> {
  /** The function that takes `choices`, for messages. */
  of: string
  choices: MediaWorkChoices
  /** Default choices. */
  defaults: MediaLimits
  /** The module that a process runs; a name that no host uses. */
  entry: URL
  /** The verbs that the module serves. */
  verbs: Verbs
}

/**
 * Creates the runner of a media processor's verbs: in media processes, or in the server for hosts that cannot start
 * any. @throws TypeError for invalid options
 */
export function createMediaWork<Verbs extends MediaVerbs>(
  options: MediaWorkOptions<Verbs>,
): MediaProcesses<Verbs> {
  const { of, choices, defaults, entry, verbs } = options
  const { isolation = 'process' } = choices
  const { concurrency, maxWaiting, maxSeconds, maxMebibytes } = readLimits(of, choices, defaults)
  if (isolation === 'process') {
    const maxResidentBytes = maxMebibytes * 1024 * 1024
    return createMediaProcesses<Verbs>({ entry, concurrency, maxWaiting, maxSeconds, maxResidentBytes })
  }
  // A typo must not run untrusted files inside the server.
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

function readLimits(of: string, choices: MediaWorkChoices, defaults: MediaLimits): MediaLimits {
  const limits = { ...defaults }
  for (const name of Object.keys(defaults) as (keyof MediaLimits)[]) {
    const value = (limits[name] = choices[name] ?? defaults[name])
    const isCount = name === 'maxWaiting'
    if (!(Number.isFinite(value) && (value > 0 || (isCount && value === 0))))
      throw new TypeError(`${of}: \`${name}\` is a number ${isCount ? 'from 0 on' : 'above 0'}`)
    if ((isCount || name === 'concurrency') && !Number.isInteger(value))
      throw new TypeError(`${of}: \`${name}\` is a whole number`)
  }
  return limits
}
