import type { ConnectionOptions } from 'node:tls'
import { createTransport, type Transporter } from 'nodemailer'

/** How a mail server is reached. */
export interface SmtpServer {
  url: string
  tls: ConnectionOptions | undefined
  maxConnections: number
  timeoutSeconds: number
}

/** Connections serve so many messages before a fresh one takes over: some servers end them after 100. */
const maxMessages = 100

/** A pool of connections to one server. Nothing is connected before there is a message. */
export function openTransport({ url, tls, maxConnections, timeoutSeconds }: SmtpServer): Transporter {
  const millis = timeoutSeconds * 1000
  return createTransport({
    url,
    pool: true,
    maxConnections,
    maxMessages,
    requireTLS: needsTls(url),
    connectionTimeout: millis,
    greetingTimeout: millis,
    socketTimeout: millis,
    dnsTimeout: millis,
    // The outbox tries again, and knows when a message is over.
    maxRequeues: 1,
    ...(tls === undefined ? {} : { tls }),
  })
}

/** Without TLS anybody on the way reads the codes, so it has to be given up by name: `?ignoreTLS=true` or `?requireTLS=false`. */
function needsTls(url: string): boolean {
  const { protocol, searchParams } = new URL(url)
  const givenUp = searchParams.get('ignoreTLS') === 'true' || searchParams.get('requireTLS') === 'false'
  return protocol === 'smtp:' && !givenUp
}
