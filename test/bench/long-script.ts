/** A script of 1,000 lines as a large team might have one: comments, options, forks, retries. */
export const longScript = upToLines(
  1_000,
  `# Loads what arrived over night
env: REGION="eu west" BATCH='17' # for all of it
queue: @batch
timeout: 90m
execute: ./bin/load --from "s3://bucket/in" --limit 500

fork:
  sequence:
    retry: count=3 sleep_time=10
      # the remote side is flaky
      execute: ./bin/fetch orders --day "$DAY"
      execute: ./bin/check orders && echo "it's fine"
    execute: ./bin/store orders # idempotent
  sequence:
    env: KIND=customers
    execute: ./bin/fetch customers
    execute: ./bin/store customers | tee /tmp/customers.log
  parallel_fork: 4
    execute: ./bin/shard $KUROKO2_PARALLEL_FORK_INDEX
auto_skip_error: true
execute: curl -s http://reports.example.com/done#nightly
auto_skip_error: false
sleep: 10
echo: loaded
noop:
`,
);

function upToLines(count: number, part: string): string {
  const lines = part.trimEnd().split('\n');
  return Array.from({ length: count }, (_, at) => `${lines[at % lines.length]}\n`).join('');
}
