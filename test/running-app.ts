import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { root } from '../scripts/packages.ts'
import { freePort } from './servers/port.ts'

/** An app that runs as a separate process, and a browser-like client for it. */
export interface RunningApp {
  url: string
  /** The id of its process. */
  pid: number
  /** Sends JSON, or a file or a form as it is, with the current cookies, and stores new ones. */
  call(method: string, path: string, body?: unknown): Promise<Response>
  cookies(): string
  setCookies(cookies: string): void
  /** Ends the process and returns its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** The environment without the developer's own keys for media hosts and models. */
function withoutHosts(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const named = /^(S3|AWS|IMAGE_?KIT|CLOUDINARY|OPENAI|ANTHROPIC|CAPTION)_/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !named.test(name)))
}

/** Runs a TypeScript app from source, as its `start` script does, and resolves once its port responds. Ends with the test. */
export async function startApp(
  script: string,
  env: Readonly<Record<string, string>>,
  { cwd = process.cwd(), args = [] }: { cwd?: string; args?: readonly string[] } = {},
): Promise<RunningApp> {
  const port = Number(env['PORT'] ?? (await freePort()))
  const flags = [
    '--conditions=@kith/source',
    '--experimental-strip-types',
    '--disable-warning=ExperimentalWarning',
  ]
  const child = spawn(process.execPath, [...flags, join(root, script), ...args], {
    cwd,
    env: { ...withoutHosts(process.env), ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const closed = once(child, 'close') as Promise<[number | null]>
  const url = `http://localhost:${port}`
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error((await closed, output))
    await new Promise((done) => setTimeout(done, 50))
  }
  const client = createClient(url)
  return {
    url,
    pid: child.pid ?? 0,
    ...client,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return (await closed)[0]
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    // Before anything listens, a connection may connect to itself, which never responds.
    await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text()
    return true
  } catch {
    return false
  }
}

function createClient(url: string): Pick<RunningApp, 'call' | 'cookies' | 'setCookies'> {
  let jar = new Map<string, string>()
  const show = (): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  return {
    async call(method, path, body) {
      const json = !(body instanceof Blob || body instanceof FormData)
      const type = json ? 'application/json' : body instanceof Blob ? 'application/octet-stream' : null
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          origin: url,
          cookie: show(),
          // The type of a form names its boundary, which only fetch knows.
          ...(body === undefined || type === null ? {} : { 'content-type': type }),
        },
        body: body === undefined ? null : json ? JSON.stringify(body) : body,
      })
      for (const cookie of response.headers.getSetCookie()) {
        const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=')
        if (value === '' || /max-age=0/i.test(cookie)) jar.delete(name)
        else jar.set(name, value)
      }
      return response
    },
    cookies: show,
    setCookies(cookies) {
      jar = new Map(cookies.split('; ').map((pair) => pair.split('=') as [string, string]))
    },
  }
}
