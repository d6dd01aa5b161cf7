import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { inspect } from 'node:util'
import type { Send, WireAnswer } from '@kith/conformance'
import { registerRuntimeCases } from './runtime-cases.ts'
import type { FromRuntime, ToRuntime } from './runtime-messages.ts'

// Runs in Bun and Deno: cases by name, as the test process requests them. See runtime-process.ts.
const { FOLDER = '' } = process.env
const cases = new Map<string, () => unknown>()
const waiting = new Map<number, (message: Exclude<ToRuntime, { kind: 'run' }>) => void>()
let files = 0
let requests = 0

const sendTo =
  (port: number): Send =>
  ({ body, ...request }) =>
    new Promise<WireAnswer>((resolve, reject) => {
      const number = ++requests
      waiting.set(number, (message) => {
        waiting.delete(number)
        if (message.kind === 'failure') return reject(new Error(message.message))
        const { headers, ...answer } = message.answer
        resolve({ ...answer, headers: new Headers(headers) })
      })
      const encoded = body === undefined ? null : Buffer.from(body).toString('base64')
      say({ kind: 'send', number, request: { ...request, port, body: encoded } })
    })

mkdirSync(FOLDER, { recursive: true })
registerRuntimeCases((name, body) => cases.set(name, body), {
  freshPath: () => join(FOLDER, `${++files}.db`),
  sendTo,
})

function say(message: FromRuntime): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

async function run(name: string): Promise<void> {
  try {
    const body = cases.get(name)
    if (!body) throw new Error(`there is no case ${name}`)
    await body()
    say({ kind: 'done', name, error: null })
  } catch (error) {
    say({ kind: 'done', name, error: inspect(error) })
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as ToRuntime
  if (message.kind === 'run') void run(message.name)
  else waiting.get(message.number)?.(message)
})
