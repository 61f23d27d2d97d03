/** Whether a text can name an admin: an e-mail address, or the id of a Slack user. */
export const isAdminRef = (ref: string): boolean =>
  /^[^\s@]+@[^\s@]+$/.test(ref) || /^[UW][A-Z0-9]{2,}$/.test(ref);
