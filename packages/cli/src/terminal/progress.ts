/** Shows the progress of a long job. */
export interface Progress {
  /** `total` is `null` while unknown; `title` replaces the previous one. */
  update(done: number, total: number | null, title?: string): void
  /** Removes the bar, silently. */
  end(): void
}

/** The target of progress. */
export interface ProgressScreen {
  write(text: string): void
  /** In columns; `null` if it is not a terminal. */
  columns: number | null
  now(): number
}

/** A bar is drawn at most ten times a second, a plain line every five seconds. */
const barMillis = 100
const lineMillis = 5_000

/** Creates the progress of one job: a bar on a terminal, an occasional line elsewhere. */
export function createProgress(title: string, screen: ProgressScreen): Progress {
  const { columns } = screen
  const started = screen.now()
  let shownAt = columns === null ? started : -Infinity
  let drawn = false

  return {
    update(done, total, other = title) {
      const now = screen.now()
      if (now - shownAt < (columns === null ? lineMillis : barMillis)) return
      shownAt = now
      const state = { title: other, done, total, seconds: (now - started) / 1000 }
      if (columns === null) return screen.write(`${lineOf(state)}\n`)
      screen.write(`\r${barOf(state, columns)}\x1b[K`)
      drawn = true
    },
    end() {
      if (drawn) screen.write('\r\x1b[K')
      drawn = false
    },
  }
}

interface State {
  title: string
  done: number
  total: number | null
  seconds: number
}

function lineOf({ title, done, total, seconds }: State): string {
  const share = total === null ? count(done) : `${count(done)} of ${count(total)} (${percent(done, total)} %)`
  return `${title}: ${share}, ${Math.round(seconds)} s`
}

function barOf(state: State, columns: number): string {
  const { title, done, total, seconds } = state
  if (total === null) return cut(`${title}  ${count(done)}  ${clock(seconds)}`, columns)
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const left = share > 0 && seconds >= 2 ? `  ${clock((seconds / share) * (1 - share))} left` : ''
  const tail = `${String(percent(done, total)).padStart(3)} %  ${count(done)} of ${count(total)}${left}`
  const width = Math.min(30, columns - title.length - tail.length - 6)
  if (width < 5) return cut(`${title}  ${tail}`, columns)
  const full = Math.round(share * width)
  return `${title}  ${'█'.repeat(full)}${'░'.repeat(width - full)}  ${tail}`
}

function cut(text: string, columns: number): string {
  return text.slice(0, Math.max(1, columns - 1))
}

function percent(done: number, total: number): number {
  return total === 0 ? 100 : Math.floor(Math.min(1, done / total) * 100)
}

function clock(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** A number formatted for people: 1,234,567. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** A size formatted for people: 1.5 MB. */
export function bytesInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}
