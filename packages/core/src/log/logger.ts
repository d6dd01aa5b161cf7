/**
 * Where Kith writes messages for operators. pino, winston and `console` work as they are; other loggers get a message
 * and its fields. No line contains a password, a token, an email address, a phone number or an IP address.
 */
export interface Logger {
  warn(message: string, fields: LogFields): unknown
  error(message: string, fields: LogFields): unknown
  /** Gets one line for each request if it exists; `console` gets none. */
  info?(message: string, fields: LogFields): unknown
}

/** The fields of a line besides its message. */
export interface LogFields {
  /** The stable name of the line: see docs/log.md. */
  event: string
  /** How many lines of this kind were left out since the previous one. */
  repeated?: number
  /** The underlying error. */
  error?: LoggedError
  [field: string]: unknown
}

/**
 * What is written of an error: none of its other properties, which may contain statements, parameters and passwords.
 */
export interface LoggedError {
  name: string
  message: string
  code?: string
  /** Only the frames; on one error of the chain. */
  stack?: string
  cause?: LoggedError
}

/** Writes one line. */
export type WriteLine = (message: string, fields: LogFields) => void

/** A logger, inspected once. `info` is absent if request lines are not wanted. */
export interface LogSink {
  readonly warn: WriteLine
  readonly error: WriteLine
  /** Whether such lines are written now: levels can change while a server runs. */
  readonly takesInfo: () => boolean
  readonly info: WriteLine
}

/** The methods that a logger may have. */
type Method = (...args: unknown[]) => unknown
type Methods = Readonly<Record<string, Method | undefined>>

/** Determines once how a logger expects its lines. */
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
    // A logger with syslog levels has `warning`.
    const method = methods[level] ?? (level === 'warn' ? methods['warning'] : undefined)
    // Called on the logger, since a winston method needs `this`.
    if (isPino(methods)) method?.call(methods, fields, message)
    // One object: with two arguments winston treats `%` in a message as a placeholder.
    else if (isWinston(methods)) method?.call(methods, { ...fields, message })
    else if (isConsole(methods)) method?.call(methods, toText(message, fields))
    else method?.call(methods, message, fields)
  }
}

/** pino, and the loggers of Fastify, which are children of pino. */
function isPino({ bindings, child }: Methods): boolean {
  return typeof bindings === 'function' && typeof child === 'function'
}

function isWinston({ configure, transports, child }: Methods): boolean {
  return typeof configure === 'function' && typeof child === 'function' && transports !== undefined
}

/** `console`, and similar loggers. */
function isConsole({ table, groupEnd }: Methods): boolean {
  return typeof table === 'function' && typeof groupEnd === 'function'
}

/** A line for people: the message, then the fields, and the error below. */
function toText(message: string, { event, error, ...fields }: LogFields): string {
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${inOneLine(String(value))}`)
  return `[kith] ${event}: ${inOneLine(message)}${pairs.join('')}${error ? `\n${errorText(error)}` : ''}`
}

/** User-controlled text must not look like log lines. */
function inOneLine(text: string): string {
  return text.replaceAll('\n', ' ')
}

function errorText({ name, message, code, stack, cause }: LoggedError): string {
  const own = `  ${name}${code === undefined ? '' : ` (${code})`}: ${message.replaceAll('\n', '\n    ')}${stack === undefined ? '' : `\n${stack}`}`
  return cause ? `${own}\n  caused by\n${errorText(cause)}` : own
}
