import { describeError } from './logged-error.ts'
import { type LineName, logLines } from './log-lines.ts'
import { type LogFields, type Logger, readLogger, type WriteLine } from './logger.ts'
import { redact } from './redact.ts'
import { createThrottle, type Throttle } from './throttle.ts'

/** A value of a field; `null` and `undefined` are left out. */
export type LogValue = string | number | boolean | null | undefined

/** The fields of a line besides its name. */
export interface LogEntry {
  /** @default the message in the table of lines */
  message?: string | undefined
  /** The internal problem and what to do about it, as in a `KithError`. */
  detail?: string | null | undefined
  /** The underlying error: its name, message, code and stack are written, and those of its causes. */
  error?: unknown
  fields?: Readonly<Record<string, LogValue>> | undefined
  /** Lines of one event with the same value repeat each other. @default the message */
  kind?: string | undefined
  /**
   * Values that must not be in the line, whatever the error contains: for a request, its data. Only read when the line
   * is written.
   */
  secrets?: (() => readonly string[]) | undefined
}

/** The log of Kith and its adapters. Repeated lines are counted; secrets are left out. */
export interface Log {
  warn(name: LineName, entry?: LogEntry): void
  error(name: LineName, entry?: LogEntry): void
  /** Not throttled: one line for each request. */
  info(name: LineName, entry?: LogEntry): void
  /** Whether `info` lines are written: otherwise none has to be created. */
  takesInfo(): boolean
  /** The same log on the logger of one request; repetitions are counted together. */
  via(logger: Logger): Log
  /** Writes held-back lines. Call it at the end of the process. */
  flush(): void
}

/** Repeated lines are merged into one per this many seconds. */
const throttleSeconds = 10

/** Creates the log on a logger: `pino()`, `winston.createLogger()`, `console`, or any with `warn` and `error`. */
export function createLog(
  logger: Pick<Logger, 'warn'>,
  throttle: Throttle = createThrottle(throttleSeconds),
): Log {
  const sink = readLogger(logger)

  function throttled(write: WriteLine): (name: LineName, entry?: LogEntry) => void {
    return (name, entry = {}) => {
      const kind = `${name} ${entry.kind ?? entry.message ?? ''}`
      throttle.pass(kind, (repeated) => writeLine(write, name, { ...entry, repeated }))
    }
  }

  return {
    warn: throttled(sink.warn),
    error: throttled(sink.error),
    info: (name, entry = {}) => writeLine(sink.info, name, entry),
    takesInfo: sink.takesInfo,
    via: (own) => createLog(own, throttle),
    flush: () => throttle.flush(),
  }
}

function writeLine(write: WriteLine, name: LineName, entry: LogEntry & { repeated?: number }): void {
  const { message = logLines[name].meaning, detail, error, fields = {}, repeated = 0 } = entry
  const secrets = error === undefined ? [] : (entry.secrets?.() ?? [])
  const line: LogFields = { event: name }
  for (const [field, value] of Object.entries(fields))
    if (value !== null && value !== undefined) line[field] = value
  if (detail !== null && detail !== undefined) line['detail'] = redact(detail)
  if (repeated > 0) line.repeated = repeated
  if (error !== undefined) line.error = describeError(error, secrets)
  try {
    write(redact(message), line)
  } catch {
    // A failing logger must not fail a request.
  }
}
