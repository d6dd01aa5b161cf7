import * as media from './media-subjects.ts'
import * as others from './other-subjects.ts'
import * as recounts from './recount-subject.ts'
import { type Report, runMutants, type Subjects } from './run-mutants.ts'
import * as storages from './subjects.ts'
import * as ways from './way-subjects.ts'

/** What is broken, by its name. Their worlds differ, and nobody passes one to another. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export const subjects: Readonly<Record<string, Subjects<any>>> = {
  ...storages,
  ...media,
  ...others,
  ...recounts,
  ...ways,
}

/** What came of the mutants of a port, with ids that tell the ports of all subjects apart. */
export interface Row extends Report {
  /** Whether it stands for one of two processes, whose promises are those of one and a few more. */
  isShared: boolean
}

/** Runs them all side by side: what waits for a deadline waits beside the others. */
export async function runSubjects(
  choose?: (name: string) => boolean,
): Promise<{ rows: Row[]; unproven: string[] }> {
  const runs = Object.entries(subjects).map(async ([name, subject]) => {
    const { reports, unproven } = await runMutants(subject, choose)
    const rows = reports.map((report): Row => {
      const isShared = report.port === 'one' || report.port === 'other'
      const shared = isShared ? `${name} ` : ''
      const survivors = report.survivors.map((each) => shared + each)
      return { ...report, port: shared + report.port, survivors, isShared }
    })
    return { rows, unproven }
  })
  const ended = await Promise.all(runs)
  return { rows: ended.flatMap(({ rows }) => rows), unproven: ended.flatMap(({ unproven }) => unproven) }
}
