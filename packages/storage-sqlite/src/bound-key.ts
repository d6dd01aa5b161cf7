/** Version 12: the key that a session is bound to. Rows of earlier releases have NULL, which means none. */
export const boundKeyColumn = 'ALTER TABLE kith_sessions ADD COLUMN bound_key TEXT;'
