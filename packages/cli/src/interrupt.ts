import { exitCodes } from './cli-error.ts'

/** What ends a command early. */
export interface Interrupt {
  readonly signal: AbortSignal
  /** The exit code of the received signal, or `null`. */
  exitCode(): number | null
  stop(): void
}

/** Treats the first Ctrl-C or SIGTERM as a request to stop cleanly; a second one ends the process immediately. */
export function listenForInterrupts(): Interrupt {
  const controller = new AbortController()
  let code: number | null = null
  const on = (exitCode: number) => (): void => {
    if (code !== null) process.exit(exitCode)
    code = exitCode
    controller.abort(new Error('Interrupted'))
  }
  const interrupt = on(exitCodes.interrupted)
  const terminate = on(exitCodes.terminated)
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', terminate)
  return {
    signal: controller.signal,
    exitCode: () => code,
    stop() {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', terminate)
    },
  }
}
