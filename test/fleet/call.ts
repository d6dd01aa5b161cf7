import type { FleetServer } from './fleet.ts'

/** A request to a server. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  accessToken?: string
  body?: object
}

/** The response, with its duration. */
export interface Reply {
  call: string
  server: string
  /** 0 if there was no response. */
  status: number
  /** The code of a problem; an empty string for other responses. */
  code: string
  headers: Headers
  body: unknown
  millis: number
}

/** The timeout of a request: far longer than any should take. */
const patienceMillis = 20_000

/** Sends a request and waits for the complete response. A broken connection gives status 0. */
export async function send(server: FleetServer, { method, path, accessToken, body }: Call): Promise<Reply> {
  const started = performance.now()
  const reply = { call: `${method} ${path}`, server: server.name }
  const millis = (): number => performance.now() - started
  try {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMillis),
    })
    const { status, headers } = response
    const text = await response.text()
    const answered: unknown = text === '' ? null : JSON.parse(text)
    const code = status < 400 ? '' : (answered as { code: string }).code
    return { ...reply, status, headers, body: answered, code, millis: millis() }
  } catch (error) {
    return { ...reply, status: 0, headers: new Headers(), body: null, code: String(error), millis: millis() }
  }
}
