/** Shows the progress of work: a bar on a terminal, a line every ten percent elsewhere. */
export interface Progress {
  advance(by?: number): void
  done(): void
}

/** Starts a bar for `total` steps. */
export function startProgress(label: string, total: number): Progress {
  const started = performance.now()
  let steps = 0
  let shown = -1

  function show(): void {
    const percent = Math.floor((steps / total) * 100)
    const step = process.stderr.isTTY ? percent : Math.floor(percent / 10) * 10
    if (step === shown) return
    shown = step
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const bar = '#'.repeat(Math.floor(step / 4)).padEnd(25, '.')
    const line = `${label.padEnd(18)} [${bar}] ${String(step).padStart(3)} % ${seconds} s`
    process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`)
  }

  return {
    advance(by = 1) {
      steps += by
      show()
    },
    done() {
      steps = total
      show()
      if (process.stderr.isTTY) process.stderr.write('\n')
    },
  }
}
