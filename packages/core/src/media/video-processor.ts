/** What is measured of a video. */
export interface VideoMeasures {
  /** As displayed: after it is turned. */
  width: number
  height: number
  durationSeconds: number
  /** The codecs of its tracks, video first: `avc`, `aac`. */
  codecs: string[]
}

/** Reads and writes videos. Files are given by their path. */
export interface VideoProcessor {
  /** Reads the index and decodes nothing. An index can be fine and the rest cut off. @throws media-unreadable */
  inspect(path: string): Promise<VideoMeasures>
  /**
   * Copies picture and sound to `target` in the same container, not re-encoded, without any metadata such as a location
   * and without other tracks. Memory does not grow with the file. Where it fails there is no target.
   * @throws media-unreadable
   */
  strip(path: string, target: string): Promise<void>
}
