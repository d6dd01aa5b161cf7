/** The condition that an account is live: neither deleted nor banned. `user` is the name of its row in a statement. */
export function lives(user: string): string {
  return `${user}.deleted_at IS NULL AND ${user}.banned_at IS NULL`
}
