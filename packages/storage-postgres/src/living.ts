/** The condition that an account lives: it is neither deleted nor banned. `id` is what names it in a statement. */
export function livingUser(id: string): string {
  return `EXISTS (SELECT 1 FROM kith.users WHERE id = ${id} AND deleted_at IS NULL AND banned_at IS NULL)`
}

/** The condition that a post lives: it is not removed, and its author lives. */
export function livingPost(id: string): string {
  return `EXISTS (SELECT 1 FROM kith.posts AS post JOIN kith.users AS author ON author.id = post.author_id
    WHERE post.id = ${id} AND NOT post.removed AND author.deleted_at IS NULL AND author.banned_at IS NULL)`
}

/** The same condition of a row that a statement reads, and calls `user`. */
export function lives(user: string): string {
  return `${user}.deleted_at IS NULL AND ${user}.banned_at IS NULL`
}
