/** What a message is told besides rows: where the pages are, and what time it is. */
export interface About {
  /** Of the pages, without a slash at the end. */
  readonly baseUrl: string;
  readonly now: Date;
}
