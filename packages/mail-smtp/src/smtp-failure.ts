import { MessageRefused } from '@kith/core/ports'

/** The parts of an error of nodemailer that say what happened. */
interface SmtpError {
  code?: unknown
  command?: unknown
  response?: unknown
  responseCode?: unknown
}

/** What the server says of a mailbox or of the message, and not of the account that sends it. */
const ofTheMessage: readonly unknown[] = ['RCPT TO', 'DATA']
/** Sign in first: said to any command. */
const ofTheAccount: readonly number[] = [530, 535, 538]
/** As RFC 5321 has it, a wrong order of commands is permanent, but it is no fault of the message. */
const wrongOrder = 503

/**
 * The error to reject with, in words of ours: those of a server repeat the address. A message is refused for good where the server
 * says so of its mailbox or its content; anything else may be different at the next try.
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
    ? new MessageRefused(`The mail server refused the message for good (${statusOf(error)})`)
    : new Error(adviceOn(error))
}

/** What happened and what to see to, without a name of a host, a user or a mailbox. */
export function adviceOn(error: unknown): string {
  const { code, responseCode } = partsOf(error)
  switch (code) {
    case 'EAUTH':
    case 'ENOAUTH':
    case 'EOAUTH2':
      return `The mail server does not accept the user or the password (${statusOf(error)}): see both in the URL.`
    case 'ETLS':
      return 'No TLS with the mail server: it has to offer STARTTLS, by a certificate that is trusted here (see `tls`).'
    case 'EDNS':
      return 'The name of the mail server is not found: see the URL.'
    case 'ETIMEDOUT':
      return 'The mail server does not respond in time.'
    default:
      if (typeof responseCode === 'number')
        return `The mail server did not take the message now (${statusOf(error)}).`
      if (isCertificateError(error))
        return `The certificate of the mail server is not trusted here (${String(code)}): see \`tls\`.`
      return `The mail server cannot be reached, or ended the connection (${typeof code === 'string' ? code : 'no code'}).`
  }
}

/** Of a response only the numbers: `550 5.1.1, to RCPT TO`. */
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
