// What went wrong, in the service's own words: its messages say what to do.

/** `fields`: name of a wrong field -> what it should be. `status` 0: the service could not be reached. */
export class Failure extends Error {
  constructor(message, { status = 0, code = "", fields = {} } = {}) {
    super(message);
    Object.assign(this, { status, code, fields });
  }
}

/** The Failure that an answer other than 2xx stands for. */
export async function failure(answer) {
  const body = await answer.json().catch(() => ({}));
  const wait = body.retryAfter ? ` Try again in ${body.retryAfter} s.` : "";
  const message = `${body.message ?? `The service answered ${answer.status}.`}${wait}`;
  return new Failure(message, { status: answer.status, code: body.code, fields: body.metadata?.fields });
}

export const UNREACHABLE = "The service cannot be reached. Check the connection and try again; nothing you entered is lost.";

/** For `fetch(...).catch`: no answer at all. */
export function unreachable() {
  throw new Failure(UNREACHABLE);
}
