import { fixture, sampleTable } from '../fixtures.ts'

/** A small file that would cost much time or memory if it were read as it claims. */
export interface Bomb {
  name: string
  file(): Buffer
}

/** Bombs made of boxes. */
export const isoBombs: readonly Bomb[] = bombs(sampleTable.isoBombs)

/** Bombs made of elements. */
export const webmBombs: readonly Bomb[] = bombs(sampleTable.webmBombs)

function bombs(files: Readonly<Record<string, string>>): Bomb[] {
  return Object.entries(files).map(([name, path]) => ({ name, file: () => fixture(path) }))
}
