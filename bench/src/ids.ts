const start = Date.UTC(2024, 0, 1)

/** Ids that are the same in every run: UUIDv7 whose time grows with the number. */
export function userId(user: number): string {
  return uuid(start + user * 1000, 1, user)
}

/** Posts come after all people, one every 20 seconds. */
export function postId(post: number): string {
  return uuid(postTime(post), 2, post)
}

/** When a post was written. */
export function postTime(post: number): number {
  return start + 400_000_000 + post * 20_000
}

/** The id of the n-th edge. */
export function edgeId(edge: number): string {
  return uuid(start + edge * 10, 3, edge)
}

function uuid(millis: number, kind: number, number: number): string {
  const time = millis.toString(16).padStart(12, '0')
  // Scrambled, so that the end of an id says as little about its order as a random one.
  const tail = (Math.imul(number, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${kind}00-8000-0000${tail}`
}
