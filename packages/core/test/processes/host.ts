import { createMediaProcesses } from '../../src/adapter/media-processes.ts'
import type { Verbs } from './entry.ts'

/** A server that has one job done: it prints what comes of it, and has nothing else that would keep it running. */
const [verb = '', path = ''] = process.argv.slice(2)
const processes = createMediaProcesses<Verbs>({
  entry: new URL('entry.ts', import.meta.url),
  concurrency: 1,
  maxWaiting: 1,
  maxSeconds: 600,
  maxResidentBytes: 512 * 2 ** 20,
})
const job = verb === 'spin' ? { verb: 'spin', arguments: [path] } : { verb: 'pid', arguments: [] }
console.log(await processes.run({ key: 'host' }, job as never))
