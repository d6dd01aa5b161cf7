// Rewrites the generated blocks of all documentation pages.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fillGenerated } from './generated-docs.ts'
import { listPages } from './markdown.ts'
import { root } from './packages.ts'

for (const { path, text } of listPages()) {
  const filled = await fillGenerated(text)
  if (filled !== text) writeFileSync(join(root, path), filled)
}
