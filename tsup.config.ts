import { defineConfig, type Options } from 'tsup'

const config: Options = defineConfig({
  format: 'esm',
  target: 'node22',
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
  tsconfig: '../../tsconfig.json',
}) as Options

export default config
