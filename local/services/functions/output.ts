// Output of a container, cut into lines, each with the call that printed it.

export interface OutputReader {
  read(chunk: string): void;
  /** The rest, when the container has ended. */
  end(): void;
}

/** Asks the FDK to print `<name>=<call id>` before each call (facts F.2): late output is then told apart. */
const FRAME_NAME = 'galley-call';
export const LOG_FRAMES = { FN_LOGFRAME_NAME: FRAME_NAME, FN_LOGFRAME_HDR: 'Fn-Call-Id' };

/**
 * Reads one stream of a container.
 * @param owner the call it serves: whose output it is while the FDK printed no frame, as at a cold start
 */
export function outputReader(
  owner: { readonly callId: string },
  write: (line: { callId: string; line: string }) => void,
): OutputReader {
  let rest = '';
  let framed: string | undefined;
  const take = (line: string): void => {
    if (line.startsWith(`${FRAME_NAME}=`)) framed = line.slice(FRAME_NAME.length + 1);
    else if (line.trim() !== '') write({ callId: framed ?? owner.callId, line });
  };
  return {
    read(chunk) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    },
    end() {
      take(rest);
      rest = '';
    },
  };
}
