/** A refusal in Cloudinary's format: a sentence in the body and in a header. */
export class DoubleRefusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Sends a refusal. */
export function refuse(status: number, message: string): never {
  throw new DoubleRefusal(status, message)
}
