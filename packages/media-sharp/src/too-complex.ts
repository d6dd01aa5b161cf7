import { KithError } from '@kith/core'

/** What a file is made of is more than any real one has. */
export function tooComplex(what: string): KithError {
  return new KithError('media-too-complex', {
    detail: 'Save it as a new JPEG and send that.',
    cause: new Error(what),
  })
}

/** The most bytes of color profiles: those of printers have 2 MiB at most. */
export const maxProfileBytes: number = 4 * 1024 * 1024
