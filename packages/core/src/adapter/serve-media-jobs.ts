import { writeSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { confineProcess } from './confine-process.ts'
import { type MediaReply, type MediaVerbs, packFailure } from './media-job.ts'

/** The pipes to the server. */
export const descriptors: Readonly<{ replies: number; lifeline: number }> = Object.freeze({
  replies: 3,
  lifeline: 4,
})

/**
 * Ends the process when the server is gone, for any reason and whatever the main thread is doing: the pipe closes; in
 * Bun it does not, but the parent changes. Also ends it when its memory exceeds the limit, since a server that is busy,
 * stopped or out of file descriptors cannot check. A string, because a separate file could be lost in a bundle.
 */
const watchdog = `
const { workerData: { lifeline, folder, maxResidentBytes, server } } = require('node:worker_threads')
const end = () => {
  try { require('node:fs').rmSync(folder, { recursive: true, force: true }) } catch {}
  process.kill(process.pid, 'SIGKILL')
}
const socket = new (require('node:net').Socket)({ fd: lifeline, readable: true, writable: false })
for (const event of ['end', 'close', 'error']) socket.on(event, end)
socket.resume()
setInterval(() => (process.ppid !== server || process.memoryUsage.rss() > maxResidentBytes) && end(), 25)
`

/** Serves the jobs of `createMediaWork` in a process, one at a time: the entire module that its processes run. */
export function serveMediaJobs(verbs: MediaVerbs): void {
  const [, , maxResidentBytes, server] = process.argv
  new Worker(watchdog, {
    eval: true,
    env: {},
    resourceLimits: { codeRangeSizeMb: 8, maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    workerData: {
      lifeline: descriptors.lifeline,
      folder: process.cwd(),
      maxResidentBytes: Number(maxResidentBytes),
      server: Number(server),
    },
  })
  confineProcess(Number(maxResidentBytes))
  // Interrupting a server in its terminal interrupts its children too; the server decides when they end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  createInterface({ input: process.stdin }).on('line', (line) => {
    reply({ kind: 'started' })
    const job = JSON.parse(line) as { verb: string; arguments: never[] }
    void perform(verbs, job).then(reply)
  })
  reply({ kind: 'ready' })
}

async function perform(
  verbs: MediaVerbs,
  { verb, arguments: values }: { verb: string; arguments: never[] },
): Promise<MediaReply> {
  try {
    const work = verbs[verb]
    if (!work) throw new TypeError(`no media verb ${verb}`)
    return { kind: 'value', value: await work(...values) }
  } catch (error) {
    return { kind: 'failure', failure: packFailure(error) }
  }
}

function reply(message: MediaReply): void {
  writeSync(descriptors.replies, `${JSON.stringify(message)}\n`)
}
