/** What is measured of a video. */
export interface VideoMeasures {
  /** As displayed: after it is turned. */
  width: number
  height: number
  durationSeconds: number
}

/**
 * Reads and writes videos: MP4, MOV and WebM. Files are given by their path, which is read anew each time; a source stays as
 * it is. A file that is missing or a disk that fails is an error of the system, never `media-unreadable`.
 *
 * Whatever a file holds, reading it is bounded in time and memory, and the process that calls is neither ended nor held up:
 * `media-too-complex` is what would take more than any real video does.
 */
export interface VideoProcessor {
  /**
   * Reads the index and decodes nothing, so frames can be broken or cut off although their index is fine. `turn` is the
   * account whose file it is: work of one waits in line, and accounts take turns.
   * @throws media-unreadable for what is no video, or has no picture; media-too-complex, busy
   */
  inspect(path: string, turn?: string): Promise<VideoMeasures>
  /**
   * Copies picture and sound to `target` in the same container: every frame as it is shown, its time and the turn. Nothing
   * else is in the target: no location, title, name or date, no other track, nothing that lay between the frames, and no
   * message to a decoder inside of them that could hold a text. Memory does not grow with the file. Where it fails there is
   * no target.
   * @throws media-unreadable for what is no video, has no picture, was cut off, or cannot be told clean; media-too-complex, busy
   */
  strip(path: string, target: string, turn?: string): Promise<void>
  /** Ends what this part has started, such as processes and connections of its own. Called by `kith.close()`. Idempotent. */
  close?(): Promise<void>
}
