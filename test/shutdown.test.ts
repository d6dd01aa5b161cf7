import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createSqliteStorage } from '@kith/storage-sqlite'
import sharp from 'sharp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { root } from '../scripts/packages.ts'

interface Server {
  folder: string
  port: number
  process: ChildProcess
  /** Sends the signal and resolves with the exit code. */
  stop(): Promise<number | null>
}

async function start(framework: string, grace: number): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-shutdown-'))
  const child = fork(join(root, 'test/shutdown-server.ts'), {
    execArgv: ['--conditions=@kith/source', '--experimental-strip-types', '--no-warnings'],
    env: { ...process.env, FRAMEWORK: framework, FOLDER: folder, GRACE: String(grace) },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const [port] = (await once(child, 'message')) as [number]
  const exited = once(child, 'exit') as Promise<[number | null]>
  return {
    folder,
    port,
    process: child,
    async stop() {
      child.kill('SIGTERM')
      return (await exited)[0]
    },
  }
}

interface Call {
  method?: string
  path: string
  headers?: Record<string, string>
  agent?: Agent
}

function open(port: number, { method = 'GET', path, headers = {}, agent }: Call): ClientRequest {
  return request({ port, method, path: `/api/v1${path}`, headers, ...(agent && { agent }) })
}

async function answerOf(call: ClientRequest): Promise<{ answer: IncomingMessage; body: string }> {
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  let body = ''
  for await (const chunk of answer) body += String(chunk)
  return { answer, body }
}

async function register(port: number): Promise<string> {
  const call = open(port, {
    method: 'POST',
    path: '/users/register',
    headers: { 'content-type': 'application/json' },
  })
  call.end(JSON.stringify({ username: 'ada', password: 'correct horse', transport: 'bearer' }))
  const { body } = await answerOf(call)
  return (JSON.parse(body) as { tokens: { accessToken: string } }).tokens.accessToken
}

/** An upload of which the server has received the first half. */
async function halfUpload(port: number, token: string): Promise<{ call: ClientRequest; rest: Buffer }> {
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  const call = open(port, {
    method: 'POST',
    path: '/media',
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(picture.length),
      authorization: `Bearer ${token}`,
    },
  })
  const half = picture.length / 2
  await new Promise<void>((done) => void call.write(picture.subarray(0, half), () => done()))
  await pause(300)
  return { call, rest: picture.subarray(half) }
}

describe.each(['express', 'fastify'])('SIGTERM, %s', (framework) => {
  test('a running upload is finished and stored, and idle connections are not waited for', async () => {
    const server = await start(framework, 60)
    const token = await register(server.port)
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    await answerOf(open(server.port, { path: '/users/ada', agent }).end())
    const unused = connect(server.port)
    unused.on('error', () => {})
    const { call, rest } = await halfUpload(server.port, token)
    const stopped = server.stop()
    await pause(300)
    expect(server.process.exitCode).toBe(null)
    call.end(rest)
    const { answer, body } = await answerOf(call)
    expect(answer.statusCode).toBe(201)
    expect(answer.headers.connection).toBe('close')
    expect(await stopped).toBe(0)

    const storage = createSqliteStorage({ path: join(server.folder, 'app.db') })
    const { id } = JSON.parse(body) as { id: string }
    expect(await storage.media.byIds([id])).toMatchObject([{ id, state: 'ready' }])
    await storage.close()
    // The storage was closed properly.
    expect(existsSync(join(server.folder, 'app.db-wal'))).toBe(false)
  })

  test('a client that is always busy gets its response and is disconnected', async () => {
    const server = await start(framework, 60)
    await register(server.port)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const seen: string[] = []
    let stopping = false
    async function ask(): Promise<void> {
      for (;;) {
        try {
          const { answer } = await answerOf(open(server.port, { path: '/users/ada', agent }).end())
          seen.push(`${answer.statusCode} ${stopping ? 'stopping' : ''}`)
        } catch (error) {
          return void seen.push((error as NodeJS.ErrnoException).code ?? '')
        }
      }
    }
    const asking = ask()
    await pause(300)
    stopping = true
    expect(await server.stop()).toBe(0)
    await asking
    expect(seen.at(-1)).toMatch(/ECONNREFUSED|ECONNRESET/)
    expect(seen.slice(0, -1).every((line) => line.startsWith('200'))).toBe(true)
    expect(seen.length).toBeGreaterThan(2)
  })

  test('an upload that does not end is aborted after the grace period', async () => {
    const server = await start(framework, 0.5)
    const { call } = await halfUpload(server.port, await register(server.port))
    const cut = once(call, 'error') as Promise<[NodeJS.ErrnoException]>
    expect(await server.stop()).toBe(0)
    expect((await cut)[0].code).toBe('ECONNRESET')
  })

  test('a second signal ends the process immediately', async () => {
    const server = await start(framework, 600)
    const { call } = await halfUpload(server.port, await register(server.port))
    call.on('error', () => {})
    const stopped = server.stop()
    await pause(200)
    server.process.kill('SIGTERM')
    expect(await stopped).toBe(143)
  })
})
