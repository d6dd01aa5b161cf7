/** Sorts after every UUID, so that the first page is the same bounded seek as all others. */
export const afterEveryId = '~'

/** Sorts before every id: where a walk through all of them starts. */
export const beforeEveryId = ''
