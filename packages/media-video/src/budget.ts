import { setImmediate as turnOfOthers } from 'node:timers/promises'
import { KithError } from '@kith/core'

/** Limits on what is read in a file; a number in a file costs its author nothing. */
const most = {
  /**
   * Boxes of an MP4 and elements of a WebM other than frames. Each counts when it is checked and when it is cleaned.
   * One fragment per picture of 180 s needs two thirds.
   */
  part: 300_000,
  /** Boxes at the top of a file, four for each of its fragments. */
  top: 65_536,
  /** Frames and their units: hours of 60 pictures a second with their sound. */
  frame: 3_000_000,
  /** Frames that share a block with others, which cost mediabunny most (`expandLacedBlocks`). Recorders write none. */
  laced: 20_000,
  /** Places to seek to, which mediabunny checks for duplicates: one a second. */
  cue: 20_000,
  /** Picture, sound, subtitles in every language, and what cameras add. */
  track: 64,
} as const

/** The budget for one file. */
export interface Budget {
  /** Counts. @throws media-too-complex beyond a limit */
  spend(kind: keyof typeof most, count?: number): void
  /** Occasionally yields to other work of this process. @throws media-too-complex when the time is up */
  rest(): Promise<void> | undefined
}

/** This many steps take about a millisecond. */
const stepsBetweenRests = 2048

/** Creates the budget of one file, which also ends with a signal. */
export function createBudget(signal: AbortSignal): Budget {
  const left: Record<keyof typeof most, number> = { ...most }
  let steps = 0
  return {
    spend(kind, count = 1) {
      left[kind] -= count
      if (!(left[kind] >= 0)) throw tooComplex()
    },
    rest() {
      if (signal.aborted) throw tooComplex()
      return ++steps % stepsBetweenRests === 0 ? turnOfOthers() : undefined
    },
  }
}

/** The error for a file with more in it than a video. */
export function tooComplex(): KithError {
  return new KithError('media-too-complex', { detail: 'Export the video again and upload the new file.' })
}

/** The error for a file that contradicts itself. */
export function unreadable(detail?: string): KithError {
  return new KithError('media-unreadable', { detail })
}

/** @throws media-unreadable unless the condition holds */
export function demand(condition: boolean): asserts condition {
  if (!condition) throw unreadable()
}
