/** What is measured of a video. */
export interface VideoMeasures {
  width: number
  height: number
  durationSeconds: number
  /** The codecs of its tracks, video first: `avc`, `aac`. */
  codecs: string[]
}

/** Reads and writes videos. Files are given by their path. */
export interface VideoProcessor {
  /** @throws media-unreadable */
  inspect(path: string): Promise<VideoMeasures>
  /** Copies the tracks to `target` in the same container, not re-encoded, without any metadata such as a location. @throws media-unreadable */
  strip(path: string, target: string): Promise<void>
}
