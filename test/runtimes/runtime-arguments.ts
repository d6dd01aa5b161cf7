import { basename } from 'node:path'
import type { RuntimeProgram } from '../servers/find-runtime.ts'

const fromSource = '--conditions=@kith/source'

/** The arguments that start a module of this repository from its sources. */
export function runtimeArguments({ path }: RuntimeProgram, module: string): string[] {
  if (basename(path).startsWith('bun')) return ['--expose-gc', fromSource, module]
  return ['run', '--allow-all', '--no-check', '--node-modules-dir=manual', fromSource, module]
}
