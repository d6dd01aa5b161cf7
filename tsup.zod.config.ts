import { copyFile } from 'node:fs/promises'
import type { Options } from 'tsup'
import config from './tsup.config.ts'

/**
 * For packages that check input with zod: as much of its code as they use goes into the bundle, with its license. Every entry of zod
 * loads its 60 languages, in more time than all else that Kith imports takes. The types stay those of the dependency.
 */
const withZod: Options = {
  ...(config as Options),
  noExternal: ['zod'],
  onSuccess: () => copyFile('node_modules/zod/LICENSE', 'dist/zod.NOTICE.md'),
}

export default withZod
