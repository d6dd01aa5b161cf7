import { connect } from 'node:net'

/** Requests that are sent one after the other, over several concurrent connections. */
export interface Load {
  port: number
  connections: number
  seconds: number
  /** The next request, as sent over the network. */
  next: () => string
}

/** Sends them for a while and returns the number of responses per second. @throws Error for a response other than 200 */
export async function answersPerSecond({ port, connections, seconds, next }: Load): Promise<number> {
  const start = performance.now()
  const end = start + seconds * 1000
  let answered = 0
  await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise<void>((done, fail) => {
          const socket = connect({ port, host: '127.0.0.1', noDelay: true })
          let text = ''
          socket.on('connect', () => socket.write(next()))
          socket.on('data', (chunk) => {
            text += chunk.toString('latin1')
            if (!isWhole(text)) return
            if (!text.startsWith('HTTP/1.1 200')) fail(new Error(text))
            text = ''
            answered++
            if (performance.now() < end) return void socket.write(next())
            socket.destroy()
            done()
          })
          socket.on('error', fail)
        }),
    ),
  )
  return (answered / (performance.now() - start)) * 1000
}

function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return false
  const length = /content-length: (\d+)/i.exec(text)?.[1]
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= head + 4 + Number(length)
}
