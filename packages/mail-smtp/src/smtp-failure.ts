import { MessageRefused } from '@kith/core/ports'

/** The parts of a nodemailer error that describe what happened. */
interface SmtpError {
  code?: unknown
  command?: unknown
  response?: unknown
  responseCode?: unknown
}

/** Replies about a mailbox or the message, and not the account that sends it. */
const ofTheMessage: readonly unknown[] = ['RCPT TO', 'DATA']
/** Sign in first: a possible reply to any command. */
const ofTheAccount: readonly number[] = [530, 535, 538]
/** By RFC 5321 a wrong order of commands is permanent, but it is not the message's fault. */
const wrongOrder = 503

/**
 * The error to reject with, in our own words: those of a server contain the address. A message is refused permanently
 * if the server says so about its mailbox or its content; anything else may be different on the next attempt.
 */
export function toFailure(error: unknown): Error {
  const { command, responseCode } = partsOf(error)
  const isRefused =
    typeof responseCode === 'number' &&
    responseCode >= 500 &&
    responseCode !== wrongOrder &&
    !ofTheAccount.includes(responseCode) &&
    ofTheMessage.includes(command)
  return isRefused
    ? new MessageRefused(`The mail server refused the message permanently (${statusOf(error)})`)
    : new Error(adviceOn(error))
}

/** What happened and what to do, without the name of a host, a user or a mailbox. */
export function adviceOn(error: unknown): string {
  const { code, responseCode } = partsOf(error)
  switch (code) {
    case 'EAUTH':
    case 'ENOAUTH':
    case 'EOAUTH2':
      return `The mail server does not accept the user or the password (${statusOf(error)}): check both in the URL.`
    case 'ETLS':
      return 'No TLS with the mail server: it has to offer STARTTLS, with a certificate that is trusted here (see `tls`).'
    case 'EDNS':
      return 'The host of the mail server was not found: check the URL.'
    case 'ETIMEDOUT':
      return 'The mail server does not respond in time.'
    default:
      if (typeof responseCode === 'number')
        return `The mail server did not accept the message now (${statusOf(error)}).`
      if (isCertificateError(error))
        return `The certificate of the mail server is not trusted here (${String(code)}): see \`tls\`.`
      return `The mail server cannot be reached, or ended the connection (${typeof code === 'string' ? code : 'no code'}).`
  }
}

/** Only the numbers of a reply: `550 5.1.1, to RCPT TO`. */
function statusOf(error: unknown): string {
  const { command, response, responseCode } = partsOf(error)
  const extended =
    typeof response === 'string' ? /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] : undefined
  const numbers = [responseCode, extended].filter(Boolean).join(' ') || 'no status'
  return typeof command === 'string' ? `${numbers}, to ${command}` : numbers
}

function isCertificateError(error: unknown): boolean {
  return error instanceof Error && /certificate|altnames/i.test(error.message)
}

function partsOf(error: unknown): SmtpError {
  return typeof error === 'object' && error !== null ? error : {}
}
