import { CliError, exitCodes } from './cli-error.ts'

/** A failure as displayed. */
export interface Failure {
  message: string
  hint: string | null
  /** The code of a Kith error. */
  code: string | null
  exitCode: number
}

/** Converts any error to one sentence and what to do next. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CliError) {
    const { message, hint, exitCode } = error
    return { message, hint, code: kithCode(error.cause), exitCode }
  }
  if (!(error instanceof Error))
    return { message: String(error), hint: null, code: null, exitCode: exitCodes.failed }
  const code = kithCode(error)
  const cause = error.cause instanceof Error ? ` (${error.cause.message.split('\n')[0]})` : ''
  return {
    message: `${fieldsOf(error) ?? error.message}${code === null ? '' : cause}`,
    hint: code === null ? 'Run it again with KITH_DEBUG=1 for the stack trace.' : null,
    code,
    exitCode: exitCodes.failed,
  }
}

/** What is wrong with each field of an input. */
function fieldsOf(error: Error & { errors?: unknown }): string | null {
  if (kithCode(error) !== 'invalid-input' || !Array.isArray(error.errors)) return null
  const fields = error.errors as { path: string; message: string }[]
  return `${fields.map(({ path, message }) => `${path || 'The input'}: ${message}`).join('; ')}.`
}

/** Not with `isKithError`, which would load all of core to print a usage error. */
function kithCode(error: unknown): string | null {
  const marked = typeof error === 'object' && error !== null && Symbol.for('kith.error') in error
  return marked ? String((error as { code?: unknown }).code) : null
}
