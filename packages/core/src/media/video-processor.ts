/** The measurements of a video. */
export interface VideoMeasures {
  /** As displayed: after rotation. */
  width: number
  height: number
  durationSeconds: number
}

/**
 * Reads and writes videos: MP4, MOV and WebM. Files are passed by their path, which is read each time; a source is
 * never changed. A file that is missing or a disk that fails is a system error, never `media-unreadable`.
 *
 * Whatever a file contains, reading it is bounded in time and memory, and neither ends nor blocks the calling process:
 * `media-too-complex` is a file that would take more than any real video does.
 */
export interface VideoProcessor {
  /**
   * Reads the index and decodes nothing, so frames can be broken or cut off although their index is fine. `turn` is the
   * account whose file it is: work of one waits in line, and accounts take turns.
   * @throws media-unreadable for anything that is not a video, or has no picture; media-too-complex, busy
   */
  inspect(path: string, turn?: string): Promise<VideoMeasures>
  /**
   * Copies picture and sound to `target` in the same container: every frame as it is shown, its time and the rotation.
   * Nothing else is in the target: no location, title, name or date, no other track, nothing that lay between the
   * frames, and no message to a decoder inside of them that could contain text. Memory does not grow with the file. If
   * it fails there is no target.
   * @throws media-unreadable for anything that is not a video, has no picture, was cut off, or cannot be verified as
   * clean; media-too-complex, busy
   */
  strip(path: string, target: string, turn?: string): Promise<void>
  /**
   * Ends everything this part has started, such as its own processes and connections. Called by `kith.close()`.
   * Idempotent.
   */
  close?(): Promise<void>
}
