/** Amazon CloudWatch Logs: puts batches of events; group and stream are made when they are missing. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogEvent } from './log-batches.ts';

export interface CloudWatchLogs {
  /**
   * Puts one batch within the limits. Returns how many of its events CloudWatch refused for good:
   * too old, or too new. Throws when it could not be put; the SDK has tried three times then.
   */
  put(stream: string, events: readonly LogEvent[]): Promise<number>;
  close(): void;
}

/** Credentials and endpoint are found as every AWS SDK does (`AWS_*`, profile, role of the machine). */
export function openCloudWatchLogs({
  groupName: logGroupName,
  region,
  signal,
}: {
  readonly groupName: string;
  readonly region: string;
  /** Calls that are under way when it is aborted fail. */
  readonly signal: AbortSignal;
}): CloudWatchLogs {
  // It would tell whoever runs Kuroko of versions to come; which one is used, and on what Node, is for us to decide.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const client = new CloudWatchLogsClient({
    region,
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 15_000,
      throwOnRequestTimeout: true,
    },
  });

  async function send(stream: string, events: readonly LogEvent[]): Promise<number> {
    const { rejectedLogEventsInfo: rejected } = await client.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName: stream,
        logEvents: events.map(({ timestamp, message }) => ({ timestamp, message })),
      }),
      { abortSignal: signal },
    );
    const tooOld = Math.max(
      rejected?.tooOldLogEventEndIndex ?? 0,
      rejected?.expiredLogEventEndIndex ?? 0,
    );
    return tooOld + events.length - (rejected?.tooNewLogEventStartIndex ?? events.length);
  }

  async function makeStream(logStreamName: string): Promise<void> {
    const make = () =>
      client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }), {
        abortSignal: signal,
      });
    await unlessThere(
      make().catch(async (error: unknown) => {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        await unlessThere(
          client.send(new CreateLogGroupCommand({ logGroupName }), { abortSignal: signal }),
        );
        return make();
      }),
    );
  }

  return {
    async put(stream, events) {
      try {
        return await send(stream, events);
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        await makeStream(stream);
        return send(stream, events);
      }
    },
    close: () => client.destroy(),
  };
}

/** Somebody else may have been faster. */
async function unlessThere(made: Promise<unknown>): Promise<void> {
  try {
    await made;
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  }
}
