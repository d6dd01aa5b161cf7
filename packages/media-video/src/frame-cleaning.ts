import type { Budget } from './budget.ts'
import type { Range, VideoFile } from './video-file.ts'

/** Where a frame is, and in what. */
export interface Frame extends Range {
  file: VideoFile
  budget: Budget
}

/** Takes out of one frame what is no picture and no sound, in place. @throws media-unreadable if it is not built as frames are */
export type FrameCleaner = (frame: Frame) => Promise<void>
