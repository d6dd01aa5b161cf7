import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'

/** A self-signed certificate for `localhost`. */
export interface Certificate {
  key: string
  cert: string
}

/** Creates one with openssl. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'kith-mail-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ]
  const name = [
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
    '-keyout',
    key,
    '-out',
    cert,
  ]
  try {
    execFileSync('openssl', [...request, ...name], { stdio: 'ignore' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A message as the server received it. */
interface ReceivedMail {
  from: string
  to: string[]
  raw: string
  mail: ParsedMail
  /** Whether it was sent over TLS. */
  secure: boolean
  user: unknown
}

export interface MailServer {
  port: number
  received: ReceivedMail[]
  /** How many connections there are, and the maximum so far. */
  connections: { now: number; most: number; all: number }
  /** What the server does during the next DATA command. */
  onData: (socketId: string) => Promise<void>
  close(): Promise<void>
}

export const user = { name: 'kith', password: 'p@ss:w/rd' }

/**
 * A local mail server, which stops after the test. The names of mailboxes say what happens to them: `gone@` does not exist,
 * `busy@` accepts mail later, and so on.
 */
export async function startMailServer(options: SMTPServerOptions = {}, atPort = 0): Promise<MailServer> {
  const connections = { now: 0, most: 0, all: 0 }
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    logger: false,
    closeTimeout: 500,
    onConnect(_session, done) {
      connections.all += 1
      connections.now += 1
      connections.most = Math.max(connections.most, connections.now)
      done()
    },
    onClose: () => void (connections.now -= 1),
    onAuth({ username, password }, _session, done) {
      const isUser = username === user.name && password === user.password
      done(isUser ? null : refusal(535, '5.7.8 no'), isUser ? { user: username } : undefined)
    },
    onRcptTo({ address }, _session, done) {
      const [local] = address.split('@')
      done(local === undefined ? null : (rcptRefusals[local] ?? null))
    },
    onData(stream, session, done) {
      const taken = buffer(stream).then(async (raw) => {
        await made.onData(session.id)
        const to = session.envelope.rcptTo.map(({ address }) => address)
        const refused = dataRefusals[to[0]?.split('@')[0] ?? '']
        if (refused) return done(refused)
        const { mailFrom } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        const mail = await simpleParser(raw)
        received.push({ from, to, raw: raw.toString(), mail, secure: session.secure, user: session.user })
        done()
      })
      // A client that dies on the way has sent nothing.
      taken.catch(() => {})
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(atPort, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  const close = (): Promise<void> => new Promise<void>((resolve) => server.close(() => resolve()))
  const made: MailServer = { port, received, connections, onData: () => Promise.resolve(), close }
  onTestFinished(close)
  return made
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode })
}

const rcptRefusals: Readonly<Record<string, Error>> = {
  gone: refusal(550, '5.1.1 <gone@example.com> user unknown'),
  busy: refusal(451, '4.3.0 later'),
  unauthenticated: refusal(530, '5.7.0 sign in first'),
  disordered: refusal(503, '5.5.1 wrong order'),
}

const dataRefusals: Readonly<Record<string, Error>> = {
  spam: refusal(554, '5.7.1 <spam@example.com> looks like spam'),
  full: refusal(452, '4.2.2 mailbox full'),
}

/** A server that handles each connection with the given function. It stops after the test. */
export async function startRawServer(
  serve: (socket: Socket) => void,
): Promise<{ port: number; all: () => number }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, all: () => sockets.length }
}
