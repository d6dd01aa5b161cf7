import type { Budget } from './budget.ts'
import type { Range, VideoFile } from './video-file.ts'

/** The place of a frame. */
export interface Frame extends Range {
  file: VideoFile
  budget: Budget
}

/**
 * Removes everything but picture and sound from one frame, in place. @throws media-unreadable if it is not a valid
 * frame
 */
export type FrameCleaner = (frame: Frame) => Promise<void>
