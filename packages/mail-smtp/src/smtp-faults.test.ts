import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { sampleMessage } from '../../../test/kit-samples.ts'
import {
  type Certificate,
  makeCertificate,
  startMailServer,
  startRawServer,
  user,
} from '../test/mail-server.ts'
import { createSmtpMessenger, type SmtpMessenger, type SmtpMessengerOptions } from './smtp-messenger.ts'
import { opensslMissing } from '../../../test/servers/openssl.ts'

const never = new AbortController().signal
let certificate: Certificate

describe.skipIf(opensslMissing)('faults of a mail server (needs openssl)', () => {
  beforeAll(() => void (certificate = makeCertificate()))

  interface Place {
    port: number
    /** Behind the port of the URL. */
    query?: string
    password?: string
  }

  function messengerFor(
    { port, query = '', password = user.password }: Place,
    options: Partial<SmtpMessengerOptions> = {},
  ): SmtpMessenger {
    const url = `smtp://${user.name}:${encodeURIComponent(password)}@localhost:${port}${query}`
    const from = 'Photo Club <hello@photos.example>'
    const messenger = createSmtpMessenger({
      url,
      from,
      tls: { ca: certificate.cert },
      timeout: '1s',
      ...options,
    })
    onTestFinished(() => messenger.close())
    return messenger
  }

  function failureOf(messenger: SmtpMessenger, to = 'ada@example.com', signal = never): Promise<Error> {
    return messenger.send(sampleMessage('sign-in-code', { to }), signal).then(
      () => new Error('it was sent'),
      (error: unknown) => error as Error,
    )
  }

  test.each([
    ['gone', '550 5.1.1, to RCPT TO'],
    ['spam', '554 5.7.1, to DATA'],
  ])('what the server refuses for good is not sent again: %s@', async (local, status) => {
    const error = await failureOf(messengerFor(await startMailServer(certificate)), `${local}@example.com`)
    expect(error.name).toBe('MessageRefused')
    // The words of a server repeat the address.
    expect(error.message).toBe(`The mail server refused the message permanently (${status})`)
    expect(error.cause).toBeUndefined()
  })

  test.each([
    ['busy', '451 4.3.0, to RCPT TO'],
    ['full', '452 4.2.2, to DATA'],
    ['unauthenticated', '530 5.7.0, to RCPT TO'],
    ['disordered', '503 5.5.1, to RCPT TO'],
  ])('what may be taken another time comes again: %s@', async (local, status) => {
    const messenger = messengerFor(await startMailServer(certificate))
    const error = await failureOf(messenger, `${local}@example.com`)
    expect(error.name).toBe('Error')
    expect(error.message).toBe(`The mail server did not accept the message now (${status}).`)
    // The connection serves the next one.
    await messenger.send(sampleMessage('new-device'), never)
  })

  test('a wrong password is about the account: the message comes again, and the password is told to nobody', async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor({ ...server, password: 'hunter2' })
    const error = await failureOf(messenger)
    expect(error.name).toBe('Error')
    expect(error.message).toMatch(/^The mail server does not accept the user or the password \(535/)
    const advice = await messenger.check()
    expect(advice).toMatch(/^The mail server does not accept the user or the password.*Messages wait/)
    expect(`${error.stack}${advice}`).not.toContain('hunter2')
  })

  test('a sender that the server does not let through is about the account', async () => {
    const onMailFrom = (_address: unknown, _session: unknown, done: (error?: Error) => void): void =>
      done(Object.assign(new Error('5.7.60 not yours'), { responseCode: 550 }))
    const error = await failureOf(messengerFor(await startMailServer({ ...certificate, onMailFrom })))
    expect(error.name).toBe('Error')
    expect(error.message).toBe('The mail server did not accept the message now (550 5.7.60, to MAIL FROM).')
  })

  test('without STARTTLS nothing is sent, not even the password, unless the URL says so', async () => {
    const plain = await startMailServer({
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
    })
    const error = await failureOf(messengerFor(plain))
    expect(error.message).toMatch(/TLS/)
    expect(plain.received).toEqual([])
    for (const query of ['?requireTLS=false', '?ignoreTLS=true'])
      await messengerFor({ ...plain, query }).send(sampleMessage('new-device'), never)
    expect(plain.received.map(({ secure }) => secure)).toEqual([false, false])
  })

  test('a certificate that nobody vouches for is refused', async () => {
    const server = await startMailServer(certificate)
    const error = await failureOf(messengerFor(server, { tls: undefined }))
    expect(error.name).toBe('Error')
    expect(error.message).toMatch(/certificate|TLS/)
    expect(server.received).toEqual([])
  })

  test('a server that takes the connection and says nothing is left after the timeout', async () => {
    const silent = await startRawServer(() => {})
    const begun = performance.now()
    const error = await failureOf(messengerFor(silent))
    expect(error.message).toBe('The mail server does not respond in time.')
    expect(performance.now() - begun).toBeLessThan(5_000)
  })

  test('a server whose greeting never ends is left after the timeout', async () => {
    const endless = await startRawServer((socket) => {
      const timer = setInterval(() => socket.write('220-hello\r\n'), 100)
      socket.on('close', () => clearInterval(timer))
    })
    const begun = performance.now()
    expect((await failureOf(messengerFor(endless))).message).toBe('The mail server does not respond in time.')
    expect(performance.now() - begun).toBeLessThan(5_000)
  })

  test('a server that hangs in the middle of a message is left after the timeout, and the next one is sent', async () => {
    const server = await startMailServer(certificate)
    server.onData = () => new Promise(() => {})
    const messenger = messengerFor(server)
    const error = await failureOf(messenger)
    expect(error.name).toBe('Error')
    expect(error.message).toBe('The mail server does not respond in time.')
    server.onData = () => Promise.resolve()
    await messenger.send(sampleMessage('new-device'), never)
    expect(server.received).toHaveLength(1)
  })

  test('a server that dies in the middle of a message is an error that passes', async () => {
    const dying = await startRawServer((socket) => {
      socket.write('220 mail\r\n')
      let inData = false
      socket.on('data', (data) => {
        if (inData) return void socket.destroy()
        inData = data.toString().startsWith('DATA')
        socket.write(inData ? '354 go on\r\n' : '250 ok\r\n')
      })
    })
    const error = await failureOf(messengerFor({ ...dying, query: '?requireTLS=false' }))
    expect(error.name).toBe('Error')
    expect(error.message).toMatch(/^The mail server cannot be reached, or ended the connection/)
  })

  test('a server that is not there is an error that passes, and one that is back gets the message', async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor(server)
    await messenger.send(sampleMessage('new-device'), never)
    await server.close()
    const error = await failureOf(messenger)
    expect(error.name).toBe('Error')
    expect(error.message).toMatch(/^The mail server cannot be reached, or ended the connection/)
    const back = await startMailServer(certificate, server.port)
    await messenger.send(sampleMessage('new-device'), never)
    expect(back.received).toHaveLength(1)
  })

  test('a message that is over is given up: before it is sent, while it waits its turn, and while the server hangs', async () => {
    const server = await startMailServer(certificate)
    server.onData = () => new Promise(() => {})
    const messenger = messengerFor(server, { maxConnections: 1, timeout: '30s' })
    const [hanging, waiting] = [new AbortController(), new AbortController()]
    const first = failureOf(messenger, 'first@example.com', hanging.signal)
    await expect.poll(() => server.connections.now).toBe(1)
    const second = failureOf(messenger, 'second@example.com', waiting.signal)
    await setTimeout(100)
    waiting.abort(new Error('second is over'))
    expect((await second).message).toBe('second is over')
    hanging.abort(new Error('first is over'))
    expect((await first).message).toBe('first is over')
    expect(
      (await failureOf(messenger, 'third@example.com', AbortSignal.abort(new Error('third is over'))))
        .message,
    ).toBe('third is over')
    // Its connection is ended, and the next message gets another one.
    server.onData = () => Promise.resolve()
    await messenger.send(sampleMessage('new-device'), never)
    expect(server.received.map(({ to }) => to[0])).toEqual(['ada@example.com'])
  })

  test('a check signs in, says nothing where all is well, and does so every half a minute only', async () => {
    const server = await startMailServer(certificate)
    const messenger = messengerFor(server)
    expect(await messenger.check()).toBeNull()
    expect(await messenger.check()).toBeNull()
    expect(server.connections.all).toBe(1)
    expect(server.received).toEqual([])
  })

  test('a check of a server that is silent has an answer before a readiness check gives up', async () => {
    const silent = await startRawServer(() => {})
    const begun = performance.now()
    const advice = await messengerFor(silent, { timeout: '30s' }).check()
    expect(advice).toBe('The mail server does not respond in time. Messages wait and are retried.')
    expect(performance.now() - begun).toBeLessThan(2_000)
  })

  test('a check of a server that is not there names no host', async () => {
    const server = await startMailServer(certificate)
    await server.close()
    const advice = await messengerFor(server).check()
    expect(advice).toMatch(/^The mail server cannot be reached/)
    expect(advice).not.toMatch(/localhost|127\.0\.0\.1|\d{5}/)
  })
})
