import { KithError } from '@kith/core'

/** A file has more parts than any real one. */
export function tooComplex(what: string): KithError {
  return new KithError('media-too-complex', {
    detail: 'Save it as a new JPEG and send that.',
    cause: new Error(what),
  })
}

/** The maximum size of color profiles: those of printers have at most 2 MiB. */
export const maxProfileBytes: number = 4 * 1024 * 1024
