/**
 * Who acts as the account in a session: NULL in sessions of the owner, and in rows of earlier releases. A part of
 * version 12.
 */
export const actorColumns = `
  ALTER TABLE kith_sessions ADD COLUMN actor_id BLOB;
  ALTER TABLE kith_sessions ADD COLUMN actor_session_id BLOB;`
