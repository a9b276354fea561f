/** Reports that cannot be read or put together. The message says why and what to do, for people. */
export class ReportProblem extends Error {
  override readonly name = "ReportProblem";
}
