/**
 * Where Kith writes what an operator should see. pino, winston and `console` fit as they are; anything else gets a message and
 * its fields. No line holds a password, a token, an email address, a phone number or an IP address.
 */
export interface Logger {
  warn(message: string, fields: LogFields): unknown
  error(message: string, fields: LogFields): unknown
  /** Gets one line for each request where it exists; `console` gets none. */
  info?(message: string, fields: LogFields): unknown
}

/** What a line has besides its message. */
export interface LogFields {
  /** The stable name of the line: see docs/operations.md. */
  event: string
  /** How many lines of this kind were left out since the one before. */
  repeated?: number
  /** What led to it. */
  error?: LoggedError
  [field: string]: unknown
}

/** What is written of an error: none of its other properties, which may hold statements, parameters and passwords. */
export interface LoggedError {
  name: string
  message: string
  code?: string
  /** The frames alone; on one error of the chain. */
  stack?: string
  cause?: LoggedError
}

/** Writes one line. */
export type WriteLine = (message: string, fields: LogFields) => void

/** A logger, read once. `info` is absent where a line for each request is not wanted. */
export interface LogSink {
  readonly warn: WriteLine
  readonly error: WriteLine
  /** Whether such lines are written now: levels may be changed while a server runs. */
  readonly takesInfo: () => boolean
  readonly info: WriteLine
}

/** The methods that a logger may have. */
type Method = (...args: unknown[]) => unknown
type Methods = Readonly<Record<string, Method | undefined>>

/** Finds out once how a logger wants its lines. */
export function readLogger(logger: Pick<Logger, 'warn'>): LogSink {
  const methods = logger as unknown as Methods
  const write = writerOf(methods)
  const isLevelEnabled = methods['isLevelEnabled']
  const hasInfo = methods['info'] !== undefined && !isConsole(methods)
  return {
    warn: write('warn'),
    error: write('error'),
    info: write('info'),
    takesInfo: () =>
      hasInfo && (isLevelEnabled === undefined || isLevelEnabled.call(logger, 'info') === true),
  }
}

function writerOf(methods: Methods): (level: 'info' | 'warn' | 'error') => WriteLine {
  return (level) => (message, fields) => {
    // A logger with the levels of syslog says `warning`.
    const method = methods[level] ?? (level === 'warn' ? methods['warning'] : undefined)
    // Called on the logger, since a method of winston needs it.
    if (isPino(methods)) method?.call(methods, fields, message)
    // One object: with two arguments winston reads `%` in a message as a place to fill in.
    else if (isWinston(methods)) method?.call(methods, { ...fields, message })
    else if (isConsole(methods)) method?.call(methods, toText(message, fields))
    else method?.call(methods, message, fields)
  }
}

/** pino, and the loggers of Fastify, which are pino's children. */
function isPino({ bindings, child }: Methods): boolean {
  return typeof bindings === 'function' && typeof child === 'function'
}

function isWinston({ configure, transports, child }: Methods): boolean {
  return typeof configure === 'function' && typeof child === 'function' && transports !== undefined
}

/** `console`, and others of its kind. */
function isConsole({ table, groupEnd }: Methods): boolean {
  return typeof table === 'function' && typeof groupEnd === 'function'
}

/** A line for people: the message, the fields behind it, and the error below. */
function toText(message: string, { event, error, ...fields }: LogFields): string {
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${inOneLine(String(value))}`)
  return `[kith] ${event}: ${inOneLine(message)}${pairs.join('')}${error ? `\n${errorText(error)}` : ''}`
}

/** A text of somebody's making must not look like lines of the log. */
function inOneLine(text: string): string {
  return text.replaceAll('\n', ' ')
}

function errorText({ name, message, code, stack, cause }: LoggedError): string {
  const own = `  ${name}${code === undefined ? '' : ` (${code})`}: ${message.replaceAll('\n', '\n    ')}${stack === undefined ? '' : `\n${stack}`}`
  return cause ? `${own}\n  caused by\n${errorText(cause)}` : own
}
