import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { createSharpImages } from '@kith/media-sharp'

// Runs in Bun and Deno: a server that processes a picture, reports which processes it started for that, and stays. See orphans.test.ts.
const [, , picture = ''] = process.argv
await createSharpImages().inspect(picture)
const started = readdirSync('/proc/self/task').flatMap((thread) =>
  readFileSync(`/proc/self/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
)
process.stdout.write(`${JSON.stringify(started)}\n`)
setInterval(() => {}, 1_000)
