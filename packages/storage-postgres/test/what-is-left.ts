/** Queries for changes of several rows that are only partly stored. */
export const halves: Readonly<Record<string, string>> = {
  'media of no post': `SELECT id FROM kith.media WHERE use = 'post'
    AND subject NOT IN (SELECT id FROM kith.posts WHERE NOT removed)`,
  'credentials of nobody': `SELECT id FROM kith.credentials
    WHERE user_id NOT IN (SELECT id FROM kith.users WHERE deleted_at IS NULL)`,
  'keys that wait without rows': `SELECT account_id FROM kith.outbox_accounts
    WHERE account_id NOT IN (SELECT account_id FROM kith.outbox)`,
  'rows that nobody wakes for': `SELECT id FROM kith.outbox
    WHERE account_id NOT IN (SELECT account_id FROM kith.outbox_accounts)`,
}

/** Queries for data that must not exist after upkeep. */
export const orphans: Readonly<Record<string, string>> = {
  ...halves,
  'edges without their ends': `SELECT id FROM kith.edges WHERE from_id NOT IN (SELECT id FROM kith.users)
    OR to_id NOT IN (SELECT id FROM kith.users UNION ALL SELECT id FROM kith.posts)`,
  'edges hidden or shown unlike their accounts': `SELECT id FROM kith.edges WHERE hidden <>
    (from_id IN (SELECT id FROM kith.users WHERE banned_at IS NOT NULL))::int
      + 2 * (to_id IN (SELECT id FROM kith.users WHERE banned_at IS NOT NULL))::int`,
  'hidden accounts that are not banned':
    'SELECT id FROM kith.users WHERE hidden IS NOT NULL AND banned_at IS NULL',
  'posts that are removed or without their author': `SELECT id FROM kith.posts
    WHERE removed OR author_id NOT IN (SELECT id FROM kith.users)`,
  'media that nothing uses': `SELECT id FROM kith.media WHERE use IS NULL OR state <> 'ready'
    OR subject NOT IN (SELECT id FROM kith.users UNION ALL SELECT id FROM kith.posts)`,
  'accounts that are deleted': 'SELECT id FROM kith.users WHERE deleted_at IS NOT NULL',
  'sessions without their account': `SELECT id FROM kith.sessions
    WHERE user_id NOT IN (SELECT id FROM kith.users)`,
}

/** The results of the queries, by name; queries without results are left out. */
export async function findings(
  queries: Readonly<Record<string, string>>,
  ask: (query: string) => Promise<unknown[]>,
): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {}
  for (const [name, query] of Object.entries(queries)) {
    const rows = await ask(query)
    if (rows.length > 0) found[name] = rows
  }
  return found
}
