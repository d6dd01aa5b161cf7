/** Media rows. An account has one medium of each use, and one place in a post has one. */
export const media = `
  CREATE TABLE kith.media (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    subject uuid,
    created_at timestamptz NOT NULL,
    claimed_until timestamptz,
    position integer,
    kind text COLLATE "C" NOT NULL,
    content_type text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    use text COLLATE "C",
    claimed_by text COLLATE "C",
    alt text,
    measures text
  );
  CREATE UNIQUE INDEX media_by_subject ON kith.media (subject, use, position) WHERE use IS NOT NULL;
  CREATE INDEX media_by_owner ON kith.media (owner_id, id) WHERE state <> 'released';
  CREATE INDEX media_unused ON kith.media (created_at, id) WHERE use IS NULL AND state <> 'released';
  CREATE INDEX media_gone ON kith.media (id) WHERE state = 'released';`
