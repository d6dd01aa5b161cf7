import type { ConnectionOptions } from 'node:tls'
import { createTransport, type Transporter } from 'nodemailer'

/** How to connect to a mail server. */
export interface SmtpServer {
  url: string
  tls: ConnectionOptions | undefined
  maxConnections: number
  timeoutSeconds: number
}

/** Connections are replaced after this many messages: some servers end them after 100. */
const maxMessages = 100

/** A pool of connections to one server. Does not connect until there is a message. */
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
    // The outbox retries, and drops expired messages.
    maxRequeues: 1,
    ...(tls === undefined ? {} : { tls }),
  })
}

/**
 * Without TLS anyone in between can read the codes, so it must be disabled explicitly: `?ignoreTLS=true` or
 * `?requireTLS=false`.
 */
function needsTls(url: string): boolean {
  const { protocol, searchParams } = new URL(url)
  const givenUp = searchParams.get('ignoreTLS') === 'true' || searchParams.get('requireTLS') === 'false'
  return protocol === 'smtp:' && !givenUp
}
