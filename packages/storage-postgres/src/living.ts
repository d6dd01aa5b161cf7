/** The condition that an account lives: it is neither deleted nor banned. `user` is how a statement calls its row. */
export function lives(user: string): string {
  return `${user}.deleted_at IS NULL AND ${user}.banned_at IS NULL`
}
