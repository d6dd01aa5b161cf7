/** The indexes of posts, except for that of the primary key. */
export const postIndexes = `
  CREATE INDEX posts_by_author ON kith.posts (author_id, id) WHERE NOT removed;
  CREATE INDEX posts_gone ON kith.posts (id) WHERE removed;`

/**
 * Posts, and how many live ones each author has. `newest` is the id of the newest of them, and NULL while the author is
 * hidden. A removed post keeps only its id and its author until it is purged.
 */
export const posts: string = `
  CREATE TABLE kith.posts (
    id uuid PRIMARY KEY,
    author_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    removed boolean NOT NULL DEFAULT false,
    caption text NOT NULL,
    fields json
  );
  ${postIndexes}

  CREATE TABLE kith.post_counts (
    author_id uuid PRIMARY KEY,
    newest uuid,
    posts integer NOT NULL
  ) WITH (fillfactor = 70);`
