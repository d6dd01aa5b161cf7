/** The exit codes of commands: scripts may rely on these. */
export const exitCodes: Readonly<{ ok: 0; failed: 1; usage: 2; interrupted: 130; terminated: 143 }> =
  Object.freeze({ ok: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 })

/** Why a command stops, and what to do next, one sentence each. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly hint: string | null
  readonly exitCode: number

  constructor(message: string, options: { hint?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.hint = options.hint ?? null
    this.exitCode = options.exitCode ?? exitCodes.failed
  }
}

/** Raised for an invalid command line. */
export function usageError(message: string, hint: string): CliError {
  return new CliError(message, { hint, exitCode: exitCodes.usage })
}
