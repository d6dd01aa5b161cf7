/** Says in one line what is done and how long it takes, so that nobody thinks it hangs. */
export async function withProgress<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const seconds = (digits: number): string => `${((performance.now() - started) / 1000).toFixed(digits)} s`
  process.stderr.write(`${what} … `)
  const timer = setInterval(() => process.stderr.write(`${seconds(0)} … `), 5_000)
  try {
    const result = await work()
    process.stderr.write(`${seconds(1)}\n`)
    return result
  } catch (error) {
    process.stderr.write(`failed after ${seconds(1)}\n`)
    throw error
  } finally {
    clearInterval(timer)
  }
}
