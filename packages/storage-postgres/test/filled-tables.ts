/** The data of a test: this many accounts, each with a few rows of everything. */
const people = 12_000

const id = (table: string, number: string): string =>
  `('01900000-0000-7000-8000-${table}' || lpad(to_hex(${number}), 8, '0'))::uuid`
/** The ids that the tables are filled with. */
export const userOf = (number: string | number): string => id('0001', String(number))
export const postOf = (number: string | number): string => id('0002', String(number))

/** The account with many rows of everything. */
export const hub = 7

/**
 * Fills the tables of a schema so that a server has reason to use their indexes: each account follows ten others, likes ten posts, has two
 * posts and two media, a session, a code and so on. The {@link hub} has thousands. Some accounts are banned, deleted or hidden, some
 * posts removed, some media released.
 */
export const filling: readonly string[] = [
  `INSERT INTO kith.users (id, username, email, phone, name, bio, role, session_epoch, created_at, banned_at, banned_until, deleted_at, hidden)
    SELECT ${userOf('n')}, 'user' || n, 'user' || n || '@example.com', '+49' || n, 'Somebody', '', CASE WHEN n % 97 = 0 THEN 'editor' ELSE 'member' END, 0, now(),
      CASE WHEN n % 50 = 49 THEN now() END, CASE WHEN n % 100 = 99 THEN now() + n * interval '1 hour' END, CASE WHEN n % 60 = 59 THEN now() END,
      CASE WHEN n % 50 = 49 THEN true END
    FROM generate_series(0, ${people - 1}) AS n`,
  `INSERT INTO kith.held_usernames SELECT 'held' || n, ${userOf('n')}, now() + n * interval '1 hour' FROM generate_series(0, 4999) AS n`,
  `INSERT INTO kith.sessions (id, user_id, epoch, generation, created_at, rotated_at, expires_at, proved_at, methods)
    SELECT ${id('0003', 'n')}, ${userOf(`n % ${people}`)}, 0, 0, now(), now(), now() + n * interval '1 minute', now(), '{pwd}'
    FROM generate_series(0, ${2 * people - 1}) AS n`,
  `INSERT INTO kith.edges (from_id, to_id, id, kind, hidden)
    SELECT ${userOf('a')}, ${userOf(`(a * 31 + b * 977 + 1) % ${people}`)}, ${id('0004', `a * 16 + b`)}, 1, CASE WHEN b = 9 THEN 1 ELSE 0 END
      FROM generate_series(0, ${people - 1}) AS a, generate_series(0, 9) AS b
    UNION ALL SELECT ${userOf('a')}, ${postOf(`(a * 17 + b * 977 + 1) % ${2 * people}`)}, ${id('0005', `a * 16 + b`)}, 2, 0
      FROM generate_series(0, ${people - 1}) AS a, generate_series(0, 9) AS b
    UNION ALL SELECT ${userOf(hub)}, ${userOf('n')}, ${id('0006', 'n')}, 1, 0 FROM generate_series(6000, 9999) AS n
    UNION ALL SELECT ${userOf('n')}, ${userOf(hub)}, ${id('0007', 'n')}, 1, CASE WHEN n % 4 = 0 THEN 1 ELSE 0 END
      FROM generate_series(1000, 4999) AS n
    ON CONFLICT DO NOTHING`,
  `INSERT INTO kith.edge_counts (node, kind, outgoing, incoming)
    SELECT node, kind, sum(outgoing), sum(incoming) FROM (
      SELECT from_id AS node, kind, 1 AS outgoing, 0 AS incoming FROM kith.edges WHERE hidden = 0
      UNION ALL SELECT to_id, kind, 0, 1 FROM kith.edges WHERE hidden = 0) AS ends GROUP BY node, kind`,
  `INSERT INTO kith.posts (id, author_id, caption, created_at, removed)
    SELECT ${postOf('n')}, CASE WHEN n % 8 = 7 THEN ${userOf(hub)} ELSE ${userOf(`n % ${people}`)} END, 'A caption', now(), n % 40 = 39
    FROM generate_series(0, ${2 * people - 1}) AS n`,
  `INSERT INTO kith.post_counts (author_id, posts, newest) SELECT author_id, count(*), (array_agg(id ORDER BY id DESC))[1]
    FROM kith.posts WHERE NOT removed GROUP BY author_id`,
  `INSERT INTO kith.media (id, owner_id, kind, content_type, created_at, state, measures, use, subject, position, alt)
    SELECT ${id('0008', 'n')}, CASE WHEN n % 8 = 7 THEN ${userOf(hub)} ELSE ${userOf(`n % ${people}`)} END, 'image', 'image/webp',
      now() - n * interval '1 minute', CASE WHEN n % 40 = 39 THEN 'released' ELSE 'ready' END, '{}',
      CASE WHEN n % 40 < 35 THEN 'post' END, CASE WHEN n % 40 < 35 THEN ${postOf('n')} END, 0, ''
    FROM generate_series(0, ${2 * people - 1}) AS n`,
  `INSERT INTO kith.facts SELECT 'fact' || n, 'value' FROM generate_series(0, 1999) AS n`,
  ...['outbox', 'messages'].flatMap((queue) => [
    `INSERT INTO kith.${queue} (id, account_id, name, at, payload)
      SELECT ${id('0009', 'n')}, ${userOf(`n % ${people}`)}, 'event', now(), '{}' FROM generate_series(0, ${people - 1}) AS n`,
    `INSERT INTO kith.${queue}_accounts (account_id, since, held_until)
      SELECT ${userOf('n')}, now(), CASE WHEN n % 2 = 0 THEN now() + n * interval '1 second' END FROM generate_series(0, ${people - 1}) AS n`,
  ]),
  `INSERT INTO kith.audit (id, account_id, name, at, payload)
    SELECT ${id('000a', 'n')}, ${userOf(`n % ${people}`)}, 'entry', now() - n * interval '1 minute', '{}' FROM generate_series(0, ${2 * people - 1}) AS n`,
  `INSERT INTO kith.revoked (key, ends_at, written_in)
    SELECT 'session-' || n, now() + (n - 2000) * interval '1 second', pg_current_xact_id() FROM generate_series(1, 12000) AS n`,
  `INSERT INTO kith.rate_limits (subject, lengths, counts, ends, refused_millis, over_at)
    SELECT sha256(n::text::bytea), '{60}', '{1}', '{1}', 0, now() + (n - 2000) * interval '1 second'
      FROM generate_series(1, 12000) AS n`,
  `INSERT INTO kith.codes (purpose, subject, user_id, hashes, data, tries, created_at, expires_at)
    SELECT 'verify', 'subject' || n, ${userOf('n')}, '{hash}', '', 3, now(), now() + n * interval '1 second' FROM generate_series(0, ${people - 1}) AS n`,
  `INSERT INTO kith.credentials (id, user_id, kind, subject, data, version, created_at)
    SELECT ${id('000b', 'n')}, ${userOf(`n % ${people}`)}, 'passkey', 'subject' || n, '{}', 0, now() FROM generate_series(0, ${2 * people - 1}) AS n`,
]
