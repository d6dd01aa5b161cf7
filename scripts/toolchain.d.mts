export const root: string
export const minimumNode: string
export const fallbackNode: string
export class LaunchError extends Error {}
export function isTooOld(version: string): boolean
export function pnpmVersion(manifest: { packageManager?: string }): string
export function pnpmIntegrity(manifest: { packageManager?: string }): string | null
export function demandIntegrity(folder: string, manifest: { packageManager?: string }): void
export function explainNpmFailure(what: string, stderr: string): string
export function findToolchain(
  say: (line: string) => void,
): Promise<{ node: string; pnpm: string; env: Record<string, string | undefined> }>
