import { basename } from 'node:path'
import type { RuntimeProgram } from '../servers/find-runtime.ts'

const fromSource = '--conditions=@kith/source'

/** How a module of this repository is started from the sources. */
export function runtimeArguments({ path }: RuntimeProgram, module: string): string[] {
  if (basename(path).startsWith('bun')) return [fromSource, module]
  return ['run', '--allow-all', '--no-check', '--node-modules-dir=manual', fromSource, module]
}
