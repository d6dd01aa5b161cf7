/** A response that says no, as Cloudinary does: a sentence in the body and in a header. */
export class DoubleRefusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Says no. */
export function refuse(status: number, message: string): never {
  throw new DoubleRefusal(status, message)
}
