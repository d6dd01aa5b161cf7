/** The condition that an account is live: neither deleted nor banned. `id` is its id in a statement. */
export function livingUser(id: string): string {
  return `EXISTS (SELECT 1 FROM kith_users WHERE id = ${id} AND deleted_at IS NULL AND banned_at IS NULL)`
}

/** The condition that a post is live: not removed, with a live author. */
export function livingPost(id: string): string {
  return `EXISTS (SELECT 1 FROM kith_posts AS post JOIN kith_users AS author ON author.id = post.author_id
    WHERE post.id = ${id} AND post.removed = 0 AND author.deleted_at IS NULL AND author.banned_at IS NULL)`
}

/** Determines whether an account is live. */
export const userLives: string = `SELECT ${livingUser('@userId')} AS lives`
