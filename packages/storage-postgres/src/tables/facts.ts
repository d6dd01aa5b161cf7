/** Small facts, which have no ids. */
export const facts = `
  CREATE TABLE kith.facts (
    name text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
  );`
