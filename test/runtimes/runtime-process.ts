import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { sendByHttp } from '@kith/conformance'
import type { RuntimeProgram } from '../servers/find-runtime.ts'
import { guardedFolder, spawnGuarded } from '../servers/guard.ts'
import type { FromRuntime, SentRequest, ToRuntime } from './runtime-messages.ts'
import { runtimeArguments } from './runtime-arguments.ts'

/** A process of another runtime that runs cases. */
export interface RuntimeProcess {
  /** Runs a case there; rejects with its error. */
  run(name: string): Promise<void>
  stop(): Promise<void>
}

/** Starts the runtime. Requests from its cases to their servers are made by this process. */
export function startRuntime(program: RuntimeProgram): RuntimeProcess {
  const folder = guardedFolder()
  const child = spawnGuarded(
    program.path,
    runtimeArguments(program, join(import.meta.dirname, 'case-runner.ts')),
    { env: { ...process.env, FOLDER: folder, TMPDIR: folder }, stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const gone = once(child, 'exit')
  const running = new Map<string, PromiseWithResolvers<void>>()
  const say = (message: ToRuntime): void =>
    void (child.stdin as Writable).write(`${JSON.stringify(message)}\n`)

  async function send(number: number, { port, body, ...request }: SentRequest): Promise<void> {
    try {
      const wire = { ...request, ...(body !== null && { body: Buffer.from(body, 'base64') }) }
      const { status, headers, text } = await sendByHttp(port)(wire)
      say({ kind: 'answer', number, answer: { status, headers: [...headers], text } })
    } catch (error) {
      say({ kind: 'failure', number, message: String(error) })
    }
  }

  createInterface({ input: child.stdout as Readable }).on('line', (line) => {
    const message = JSON.parse(line) as FromRuntime
    if (message.kind === 'send') return void send(message.number, message.request)
    const { resolve, reject } = running.get(message.name) ?? {}
    if (message.error === null) resolve?.()
    else reject?.(new Error(message.error))
  })
  child.once('exit', (code, signal) => {
    for (const { reject } of running.values()) reject(new Error(`The runtime ended with ${signal ?? code}`))
  })

  return {
    async run(name) {
      const result = Promise.withResolvers<void>()
      running.set(name, result)
      say({ kind: 'run', name })
      try {
        await result.promise
      } finally {
        running.delete(name)
      }
    },
    async stop() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
