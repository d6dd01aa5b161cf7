/** ImageKit's response to a request that it refuses: `{ message, help }`, sometimes with a `reason`. */
export class Refusal extends Error {
  readonly status: number
  readonly reason: string | null

  constructor(status: number, message: string, reason: string | null = null) {
    super(message)
    this.status = status
    this.reason = reason
  }

  body(): object {
    const help = 'For support kindly contact us at support@imagekit.io .'
    return { message: this.message, help, ...(this.reason !== null && { reason: this.reason }) }
  }
}
