/** The result of a file in vitest's JSON report. */
export interface TestedFile {
  name: string
  startTime: number
  endTime: number
}

const slowestShown = 15

/** Lines about the duration of the tests: each project, then the slowest files. Projects run concurrently, so seconds add up to more. */
export function timeLines(files: readonly TestedFile[], root: string): string[] {
  const timed = files.map(({ name, startTime, endTime }) => {
    const path = name.slice(root.length + 1).replaceAll('\\', '/')
    return {
      path,
      project: /^packages\/([^/]+)/.exec(path)?.[1] ?? 'workspace',
      seconds: (endTime - startTime) / 1000,
    }
  })
  const projects = new Map<string, number>()
  for (const { project, seconds } of timed) projects.set(project, (projects.get(project) ?? 0) + seconds)
  const row = (name: string, seconds: number): string => `${seconds.toFixed(1).padStart(7)} s  ${name}`
  return [
    'Tests by project:',
    ...[...projects].toSorted((a, b) => b[1] - a[1]).map(([name, seconds]) => row(name, seconds)),
    'Slowest files:',
    ...timed
      .toSorted((a, b) => b.seconds - a.seconds)
      .slice(0, slowestShown)
      .map(({ path, seconds }) => row(path, seconds)),
  ]
}
