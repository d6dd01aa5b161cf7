const [major, minor] = [22, 13]

/**
 * Refuses a Node that misses what Kith uses, before something fails that does not say so. Bun and Deno give the Node that they are
 * compatible with as their `node`. The import comes before: nothing here is imported by a name that Node 18 does not have.
 * @throws TypeError
 */
export function demandRuntime({ node }: { node: string }): void {
  const [foundMajor = 0, foundMinor = 0] = node.split('.').map(Number)
  if (foundMajor > major || (foundMajor === major && foundMinor >= minor)) return
  throw new TypeError(`Kith needs Node ${major}.${minor} or newer; this is Node ${node}.`)
}
