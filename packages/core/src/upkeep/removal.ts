/**
 * Something that was marked as gone and whose traces are due to be removed. That is done twice: at once, and again when
 * no call that began before the mark can still be writing.
 */
export interface Removal {
  id: string
  /** Whether its traces were removed once already. */
  purged: boolean
}
