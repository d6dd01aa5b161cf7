import { once } from 'node:events'
import { connect } from 'node:net'
import type { Send } from '@kith/conformance'

/**
 * Sends over its own socket, byte by byte as given: Node's own client refuses targets with spaces and control
 * characters. Bodies are complete and have a length; the body of a response is returned as it arrived, with its chunk sizes.
 */
export function sendRaw(port: number): Send {
  return async ({ method, path, headers, body = '' }) => {
    const lines = [
      `${method} ${path} HTTP/1.1`,
      `host: localhost:${port}`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ]
    const socket = connect(port, '127.0.0.1')
    socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
    socket.write(body)
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(socket, 'end')
    socket.destroy()
    return parse(Buffer.concat(chunks).toString('latin1'))
  }
}

function parse(text: string): { status: number; headers: Headers; text: string } {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Headers(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  )
  return { status: Number(first.split(' ')[1] ?? 0), headers, text: text.slice(end + 4) }
}
