import { closeSync, openSync } from 'node:fs'
import { createMediaProcesses } from '../../src/adapter/media-processes.ts'
import type { Verbs } from './entry.ts'

/** A server that runs one job and prints its outcome, with nothing else that would keep the process alive. */
const [verb = '', path = ''] = process.argv.slice(2)
const processes = createMediaProcesses<Verbs>({
  entry: new URL('entry.ts', import.meta.url),
  concurrency: 1,
  maxWaiting: 1,
  maxSeconds: 600,
  maxResidentBytes: 512 * 2 ** 20,
})
/** Opens files until no descriptor is left. */
function openAll(): number[] {
  const opened: number[] = []
  try {
    for (;;) opened.push(openSync('/dev/null', 'r'))
  } catch {
    return opened
  }
}

/** The outcome of a job while no file descriptor is left; a warm process needs none. */
async function withoutDescriptors(name: 'pid' | 'swell'): Promise<unknown> {
  const opened = openAll()
  const outcome = await processes
    .run({ key: 'host' }, { verb: name, arguments: [] })
    .catch((error: { code: string }) => error.code)
  for (const each of opened) closeSync(each)
  return outcome
}

if (verb === 'exhausted') {
  console.log(await withoutDescriptors('pid'))
  await processes.run({ key: 'host' }, { verb: 'pid', arguments: [] })
  console.log(await withoutDescriptors('swell'))
}
const job = verb === 'spin' ? { verb: 'spin', arguments: [path] } : { verb: 'pid', arguments: [] }
console.log(await processes.run({ key: 'host' }, job as never))
